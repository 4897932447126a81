#include "advisories/distribution/release.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "base/sha256.h"
#include "registry/image_reference.h"

namespace narrows::advisories::distribution {
namespace {

namespace json = boost::json;

constexpr int64_t kSchemaVersion = 1;

json::object BlobValue(const Blob& blob) {
  return {{"digest", blob.digest}, {"bytes", blob.bytes}};
}

Error Wrong(std::string_view member, std::string_view what) {
  return InvalidArgument("release: \"" + std::string(member) + "\" " + std::string(what));
}

Result<Blob> ReadBlob(const json::object& parent, std::string_view member, uint64_t most) {
  const json::object* object = JsonObject(parent, member);
  if (object == nullptr) return Wrong(member, "is missing");
  Blob blob{.digest = JsonString(*object, "digest")};
  if (!registry::CheckDigest(blob.digest).has_value())
    return Wrong(member, "has no digest of the form sha256:…");
  const auto bytes = JsonInt(*object, "bytes");
  if (!bytes.has_value() || *bytes <= 0) return Wrong(member, "has no size");
  blob.bytes = static_cast<uint64_t>(*bytes);
  if (blob.bytes > most)
    return ResourceExhausted("release: \"" + std::string(member) + "\" has " +
                             std::to_string(blob.bytes) + " bytes, limit " + std::to_string(most));
  return blob;
}

// The objects of a list that may be absent.
Result<std::vector<const json::object*>> ReadObjects(const json::object& root,
                                                     std::string_view member) {
  std::vector<const json::object*> objects;
  const json::array* list = JsonArray(root, member);
  if (list == nullptr) return objects;
  if (list->size() > kMostDeltas) return Wrong(member, "has too many entries");
  for (const json::value& item : *list) {
    if (!item.is_object()) return Wrong(member, "has an entry that is no object");
    objects.push_back(&item.get_object());
  }
  return objects;
}

}  // namespace

std::string DigestOf(std::string_view bytes) { return "sha256:" + Sha256Hex(bytes); }

std::string WriteRelease(const Release& release) {
  json::array deltas;
  for (const ReleaseDelta& delta : release.deltas)
    deltas.push_back(json::object{{"from", delta.from}, {"blob", BlobValue(delta.blob)}});
  json::array older;
  for (const OlderRelease& one : release.older)
    older.push_back(json::object{{"database", BlobValue(one.database)},
                                 {"compressed", BlobValue(one.compressed)}});
  return json::serialize(json::object{{"schemaVersion", kSchemaVersion},
                                      {"published", FormatRfc3339(release.published)},
                                      {"format", release.format},
                                      {"database", BlobValue(release.database)},
                                      {"compressed", BlobValue(release.compressed)},
                                      {"deltas", std::move(deltas)},
                                      {"older", std::move(older)}}) +
         "\n";
}

Result<Release> ParseRelease(std::string_view text) {
  ASSIGN_OR_RETURN_WITHIN(const json::value document,
                          ParseJson(text, {.bytes = kMostReleaseBytes, .depth = 8}), "release");
  if (!document.is_object()) return InvalidArgument("release: not a JSON object");
  const json::object& root = document.get_object();
  if (JsonInt(root, "schemaVersion") != kSchemaVersion)
    return Unimplemented(
        "release: another \"schemaVersion\" than 1; update Narrows, or it is no "
        "release of an advisory database");
  Release release;
  const auto published = ParseRfc3339(JsonString(root, "published"));
  if (!published.has_value()) return Wrong("published", "is no time");
  release.published = *published;
  const auto format = JsonInt(root, "format");
  if (!format.has_value() || *format <= 0 || *format > 1'000'000)
    return Wrong("format", "is no number of a format");
  release.format = static_cast<uint32_t>(*format);
  ASSIGN_OR_RETURN(release.database, ReadBlob(root, "database", kMostDatabaseBytes));
  ASSIGN_OR_RETURN(release.compressed, ReadBlob(root, "compressed", kMostDatabaseBytes));
  ASSIGN_OR_RETURN(const auto deltas, ReadObjects(root, "deltas"));
  for (const json::object* item : deltas) {
    ReleaseDelta delta{.from = JsonString(*item, "from")};
    if (!registry::CheckDigest(delta.from).has_value())
      return Wrong("deltas", "has a \"from\" that is no digest");
    ASSIGN_OR_RETURN(delta.blob, ReadBlob(*item, "blob", kMostDeltaBytes));
    release.deltas.push_back(std::move(delta));
  }
  ASSIGN_OR_RETURN(const auto older, ReadObjects(root, "older"));
  for (const json::object* item : older) {
    OlderRelease one;
    ASSIGN_OR_RETURN(one.database, ReadBlob(*item, "database", kMostDatabaseBytes));
    ASSIGN_OR_RETURN(one.compressed, ReadBlob(*item, "compressed", kMostDatabaseBytes));
    release.older.push_back(std::move(one));
  }
  return release;
}

}  // namespace narrows::advisories::distribution
