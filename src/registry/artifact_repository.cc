#include "registry/artifact_repository.h"

#include <algorithm>
#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/json.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "registry/document_fetch.h"
#include "registry/endpoints.h"
#include "registry/manifest.h"
#include "registry/redirect_rules.h"
#include "registry/registry_connections.h"
#include "registry/registry_response.h"
#include "registry/registry_session.h"

namespace narrows::registry {
namespace {

namespace json = boost::json;

constexpr std::string_view kManifestType = "application/vnd.oci.image.manifest.v1+json";
constexpr std::string_view kEmptyType = "application/vnd.oci.empty.v1+json";
constexpr std::string_view kEmpty = "{}";

json::object DescriptorOf(const ArtifactFile& file) {
  return {{"mediaType", file.media_type}, {"digest", file.digest}, {"size", file.size}};
}

ArtifactFile EmptyConfig() {
  return {std::string(kEmptyType), "sha256:" + Sha256Hex(kEmpty),
          static_cast<int64_t>(kEmpty.size())};
}

Result<Artifact> ParseArtifact(std::string_view text, const std::string& what) {
  ASSIGN_OR_RETURN_WITHIN(const json::value document,
                          ParseJson(text, {.bytes = kMostManifestBytes, .depth = 16}), what);
  const json::object* root = document.if_object();
  const json::array* layers = root == nullptr ? nullptr : JsonArray(*root, "layers");
  if (layers == nullptr)
    return InvalidArgument(what + " is no artifact: its manifest has no \"layers\"");
  if (layers->size() > kMostLayers) return ResourceExhausted(what + " has too many files");
  Artifact artifact{.type = JsonString(*root, "artifactType")};
  for (const json::value& layer : *layers) {
    if (!layer.is_object()) return InvalidArgument(what + ": a layer is no object");
    const json::object& object = layer.get_object();
    const ArtifactFile file{JsonString(object, "mediaType"), JsonString(object, "digest"),
                            JsonInt(object, "size").value_or(-1)};
    RETURN_IF_ERROR(CheckDigest(file.digest));
    if (file.size < 0) return InvalidArgument(what + ": a layer has no size");
    artifact.files.push_back(file);
  }
  return artifact;
}

class DistributionArtifact final : public ArtifactRepository {
 public:
  DistributionArtifact(ImageReference reference, RegistryOptions options)
      : reference_(std::move(reference)), options_(std::move(options)) {
    if (!options_.connections) options_.connections = MakeRegistryConnections();
  }

  Status AddEndpoints(ArtifactAccess access) {
    ASSIGN_OR_RETURN(std::vector<Endpoint> endpoints, EndpointsOf(reference_, options_));
    for (Endpoint& endpoint : endpoints) {
      if (access == ArtifactAccess::kPush) {
        if (endpoint.is_mirror) continue;
        endpoint.actions = "pull,push";
      }
      RETURN_IF_ERROR(options_.connections->ClientFor(endpoint.host, options_));
      sessions_.push_back(
          std::make_unique<RegistrySession>(std::move(endpoint), options_, *options_.connections));
    }
    return Ok();
  }

  Result<Artifact> Fetch(const CallContext& context) override {
    for (size_t i = 0;; ++i) {
      auto bytes = FetchManifest(*sessions_[i], context);
      if (bytes.has_value()) {
        answering_ = i;
        return ParseArtifact(*bytes, What());
      }
      // The registry itself comes last, and has the last word.
      if (i + 1 == sessions_.size() || !context.Check().has_value()) return bytes.error();
    }
  }

  Status ReadFile(const ArtifactFile& file, int64_t offset, const CallContext& context,
                  const OnData& on_data) override {
    RegistrySession::Request request{.path = "blobs/" + file.digest};
    const std::string begins = "bytes " + std::to_string(offset) + "-";
    if (offset > 0) request.headers.push_back({"Range", "bytes=" + std::to_string(offset) + "-"});
    size_t skip = 0;
    RegistrySession& session = *sessions_[answering_];
    ASSIGN_OR_RETURN(
        const RegistrySession::Answer answer,
        session.Send(
            request, context,
            [&](const http::HttpResponse& head) -> Status {
              skip = head.status == 206 ? 0 : static_cast<size_t>(offset);
              if (head.status == 206 && !head.HeaderValue("Content-Range").starts_with(begins))
                return DataLoss(file.digest + ": the registry answers another range than asked");
              return Ok();
            },
            [&](std::string_view piece) -> Status {
              const size_t skipped = std::min(skip, piece.size());
              skip -= skipped;
              piece.remove_prefix(skipped);
              return piece.empty() ? Ok() : on_data(piece);
            }));
    return Succeeded(answer, file.digest + " of " + What(), session);
  }

  Status Upload(const ArtifactFile& file, const std::string& bytes,
                const CallContext& context) override {
    RegistrySession& session = *sessions_.back();
    ASSIGN_OR_RETURN(const RegistrySession::Answer there,
                     Ask(session, {.method = "HEAD", .path = "blobs/" + file.digest}, context));
    if (there.response.status == 200) return Ok();
    ASSIGN_OR_RETURN(const RegistrySession::Answer begun,
                     Ask(session, {.method = "POST", .path = "blobs/uploads/"}, context));
    const std::string what = "upload to " + What();
    RETURN_IF_ERROR(Succeeded(begun, what, session));
    const http::Url& root = session.endpoint().root;
    ASSIGN_OR_RETURN_WITHIN(http::Url url, root.Resolve(begun.response.HeaderValue("Location")),
                            what);
    RETURN_IF_ERROR(CheckDestination(root, root, url, what));
    url.query += (url.query.empty() ? "digest=" : "&digest=") + PercentEncode(file.digest);
    ASSIGN_OR_RETURN(const RegistrySession::Answer done,
                     Ask(session,
                         {.method = "PUT",
                          .headers = {{"Content-Type", "application/octet-stream"}},
                          .body = bytes,
                          .url = std::move(url)},
                         context));
    return Succeeded(done, what, session);
  }

  Result<std::string> Publish(const Artifact& artifact, const CallContext& context) override {
    const ArtifactFile config = EmptyConfig();
    RETURN_IF_ERROR(Upload(config, std::string(kEmpty), context));
    json::array layers;
    for (const ArtifactFile& file : artifact.files) layers.push_back(DescriptorOf(file));
    const std::string manifest = json::serialize(json::object{{"schemaVersion", 2},
                                                              {"mediaType", kManifestType},
                                                              {"artifactType", artifact.type},
                                                              {"config", DescriptorOf(config)},
                                                              {"layers", std::move(layers)}});
    RegistrySession& session = *sessions_.back();
    ASSIGN_OR_RETURN(const RegistrySession::Answer answer,
                     Ask(session,
                         {.method = "PUT",
                          .path = "manifests/" + reference_.Wanted(),
                          .headers = {{"Content-Type", std::string(kManifestType)}},
                          .body = manifest},
                         context));
    RETURN_IF_ERROR(Succeeded(answer, "publishing " + What(), session));
    return "sha256:" + Sha256Hex(manifest);
  }

 private:
  std::string What() const { return reference_.ToFamiliarString(); }

  static Status Succeeded(const RegistrySession::Answer& answer, const std::string& what,
                          const RegistrySession& session) {
    const int status = answer.response.status;
    if (status >= 200 && status < 300) return Ok();
    Error error = ErrorFromResponse(answer.response, what, session.endpoint().host);
    if (MayPass(status)) error.code = ErrorCode::kUnavailable;
    return error;
  }

  static Result<RegistrySession::Answer> Ask(RegistrySession& session,
                                             const RegistrySession::Request& request,
                                             const CallContext& context) {
    return session.Send(
        request, context, [](const http::HttpResponse&) { return Ok(); },
        [](std::string_view) { return Ok(); });
  }

  Result<std::string> FetchManifest(RegistrySession& session, const CallContext& context) {
    const RegistrySession::Request request{.path = "manifests/" + reference_.Wanted(),
                                           .headers = {{"Accept", std::string(kManifestType)}}};
    ASSIGN_OR_RETURN(Document document, FetchDocument(session, request, kMostManifestBytes, What(),
                                                      options_.limits, context));
    RETURN_IF_ERROR(VerifyDigest("manifest of " + What(), reference_.digest(),
                                 "sha256:" + Sha256Hex(document.bytes)));
    return std::move(document.bytes);
  }

  const ImageReference reference_;
  RegistryOptions options_;
  std::vector<std::unique_ptr<RegistrySession>> sessions_;  // mirrors first, the registry last
  std::atomic<size_t> answering_ = 0;
};

}  // namespace

Result<std::unique_ptr<ArtifactRepository>> MakeArtifactRepository(const ImageReference& reference,
                                                                   RegistryOptions options,
                                                                   ArtifactAccess access) {
  if (access == ArtifactAccess::kPush && !reference.digest().empty())
    return InvalidArgument(reference.ToFamiliarString() +
                           ": what is pushed needs a tag, not a digest");
  auto repository = std::make_unique<DistributionArtifact>(reference, std::move(options));
  RETURN_IF_ERROR(repository->AddEndpoints(access));
  return std::unique_ptr<ArtifactRepository>(std::move(repository));
}

}  // namespace narrows::registry
