#include "registry/referrer_documents.h"

#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "registry/manifest.h"

namespace narrows::registry {
namespace {

namespace json = boost::json;

Annotations ReadAnnotations(const json::object& parent) {
  Annotations annotations;
  const json::object* object = JsonObject(parent, "annotations");
  if (!object) return annotations;
  for (const auto& [key, value] : *object) {
    if (const json::string* text = value.if_string())
      annotations.emplace(std::string_view(key), std::string_view(*text));
  }
  return annotations;
}

Result<ArtifactFile> ReadFileEntry(const json::object& object) {
  ArtifactFile file{JsonString(object, "mediaType"), JsonString(object, "digest"),
                    JsonInt(object, "size").value_or(-1)};
  RETURN_IF_ERROR(CheckDigest(file.digest));
  if (file.size < 0) return InvalidArgument(file.digest + " has no valid size");
  return file;
}

Result<json::object> ReadRoot(std::string_view bytes, std::string_view what) {
  ASSIGN_OR_RETURN_WITHIN(json::value document,
                          ParseJson(bytes, {.bytes = kMostManifestBytes, .depth = 32}), what);
  if (!document.is_object()) return InvalidArgument(std::string(what) + " is no JSON object");
  return std::move(document.get_object());
}

Result<std::vector<Referrer>> ReadEntries(const json::object& root) {
  const json::array* entries = JsonArray(root, "manifests");
  if (!entries) return InvalidArgument("the index has no \"manifests\"");
  if (entries->size() > kMostReferrers)
    return ResourceExhausted("the index has " + std::to_string(entries->size()) +
                             " entries, limit " + std::to_string(kMostReferrers));
  std::vector<Referrer> referrers;
  for (const json::value& value : *entries) {
    const json::object* object = value.if_object();
    if (!object) return InvalidArgument("an entry of the index is no object");
    ASSIGN_OR_RETURN_WITHIN(ArtifactFile manifest, ReadFileEntry(*object), "an entry of the index");
    referrers.push_back({.artifact_type = JsonString(*object, "artifactType"),
                         .media_type = std::move(manifest.media_type),
                         .digest = std::move(manifest.digest),
                         .size = manifest.size,
                         .annotations = ReadAnnotations(*object)});
  }
  return referrers;
}

std::string_view Find(const Annotations& annotations, std::string_view key) {
  const auto found = annotations.find(key);
  return found == annotations.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

Result<std::vector<Referrer>> ParseReferrerIndex(std::string_view bytes) {
  ASSIGN_OR_RETURN(const json::object root, ReadRoot(bytes, "list of referrers"));
  return ReadEntries(root);
}

Result<std::vector<Referrer>> ParseIndexAttestations(std::string_view bytes,
                                                     std::string_view subject) {
  ASSIGN_OR_RETURN(const json::object root, ReadRoot(bytes, "index"));
  if (!root.contains("manifests")) return std::vector<Referrer>();  // an image without an index
  ASSIGN_OR_RETURN(std::vector<Referrer> entries, ReadEntries(root));
  std::erase_if(entries, [&](const Referrer& entry) {
    return Find(entry.annotations, "vnd.docker.reference.type") != "attestation-manifest" ||
           Find(entry.annotations, "vnd.docker.reference.digest") != subject;
  });
  return entries;
}

Result<AttachedArtifact> ParseAttachedArtifact(std::string_view bytes) {
  ASSIGN_OR_RETURN(const json::object root, ReadRoot(bytes, "attached manifest"));
  const json::array* layers = JsonArray(root, "layers");
  if (!layers) return InvalidArgument("the attached manifest has no \"layers\"");
  if (layers->size() > kMostLayers)
    return ResourceExhausted("the attached manifest has " + std::to_string(layers->size()) +
                             " files, limit " + std::to_string(kMostLayers));
  AttachedArtifact artifact{.type = JsonString(root, "artifactType"),
                            .annotations = ReadAnnotations(root)};
  if (const json::object* config = JsonObject(root, "config"); config && artifact.type.empty())
    artifact.type = JsonString(*config, "mediaType");
  if (const json::object* subject = JsonObject(root, "subject"))
    artifact.subject = JsonString(*subject, "digest");
  for (const json::value& value : *layers) {
    const json::object* object = value.if_object();
    if (!object) return InvalidArgument("a file of the attached manifest is no object");
    ASSIGN_OR_RETURN_WITHIN(ArtifactFile file, ReadFileEntry(*object),
                            "a file of the attached manifest");
    artifact.files.push_back({std::move(file), ReadAnnotations(*object)});
  }
  return artifact;
}

std::string_view NextPage(std::string_view link) {
  // <address>; rel="next", <address>; …
  while (true) {
    const size_t open = link.find('<');
    const size_t close = link.find('>', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) return "";
    const std::string_view address = link.substr(open + 1, close - open - 1);
    link.remove_prefix(close + 1);
    const std::string_view parameters = link.substr(0, link.find('<'));
    for (const std::string_view parameter : Split(parameters, ';')) {
      const std::string said = ToLower(Trim(parameter.substr(0, parameter.find(','))));
      if (said == "rel=\"next\"" || said == "rel=next") return address;
    }
  }
}

}  // namespace narrows::registry
