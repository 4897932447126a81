#include "advisories/database_metadata.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "base/sha256.h"

namespace narrows::advisories {
namespace {

namespace json = boost::json;

uint64_t Number(const json::object& parent, std::string_view key) {
  return static_cast<uint64_t>(std::max<int64_t>(0, JsonInt(parent, key).value_or(0)));
}

std::optional<TimePoint> Time(const json::object& parent, std::string_view key) {
  const auto time = ParseRfc3339(JsonString(parent, key));
  return time.has_value() ? std::optional(*time) : std::nullopt;
}

json::value TimeValue(const std::optional<TimePoint>& time) {
  if (!time.has_value()) return nullptr;
  return json::string(FormatRfc3339(*time));
}

}  // namespace

bool DatabaseMetadata::SpeaksOf(std::string_view ecosystem) const {
  const auto at = std::lower_bound(
      ecosystems.begin(), ecosystems.end(), ecosystem,
      [](const EcosystemCount& count, std::string_view name) { return count.name < name; });
  return at != ecosystems.end() && at->name == ecosystem;
}

std::string DatabaseMetadata::Identity() const {
  return Sha256Hex(WriteMetadata(*this) + "\n" + std::to_string(bytes)).substr(0, 16);
}

std::string WriteMetadata(const DatabaseMetadata& metadata) {
  json::array ecosystems;
  for (const EcosystemCount& count : metadata.ecosystems)
    ecosystems.push_back(json::object{
        {"name", count.name}, {"advisories", count.advisories}, {"packages", count.packages}});
  json::array sources;
  for (const SourceCount& count : metadata.sources)
    sources.push_back(json::object{{"name", count.name},
                                   {"records", count.records},
                                   {"withdrawn", count.withdrawn},
                                   {"repeated", count.repeated},
                                   {"refused", count.refused},
                                   {"newest", TimeValue(count.newest)}});
  json::object document{{"advisories", metadata.advisories},
                        {"newest", TimeValue(metadata.newest)},
                        {"ecosystems", std::move(ecosystems)},
                        {"sources", std::move(sources)},
                        {"kev",
                         {{"version", metadata.kev_version},
                          {"released", metadata.kev_released},
                          {"entries", metadata.kev_entries}}},
                        {"epss",
                         {{"model", metadata.epss_model},
                          {"date", metadata.epss_date},
                          {"entries", metadata.epss_entries}}}};
  if (metadata.vex_documents > 0)
    document["vex"] = {{"documents", metadata.vex_documents},
                       {"statements", metadata.vex_statements},
                       {"digest", metadata.vex_digest}};
  return json::serialize(document);
}

Result<DatabaseMetadata> ReadMetadata(std::string_view text) {
  ASSIGN_OR_RETURN(const json::value document, ParseJson(text));
  if (!document.is_object()) return InvalidArgument("the metadata is no object");
  const json::object& root = document.get_object();
  DatabaseMetadata metadata;
  metadata.advisories = Number(root, "advisories");
  metadata.newest = Time(root, "newest");
  if (const json::array* list = JsonArray(root, "ecosystems")) {
    for (const json::value& item : *list) {
      if (!item.is_object()) continue;
      const json::object& o = item.get_object();
      metadata.ecosystems.push_back(
          {JsonString(o, "name"), Number(o, "advisories"), Number(o, "packages")});
    }
  }
  if (const json::array* list = JsonArray(root, "sources")) {
    for (const json::value& item : *list) {
      if (!item.is_object()) continue;
      const json::object& o = item.get_object();
      metadata.sources.push_back({JsonString(o, "name"), Number(o, "records"),
                                  Number(o, "withdrawn"), Number(o, "repeated"),
                                  Number(o, "refused"), Time(o, "newest")});
    }
  }
  if (const json::object* kev = JsonObject(root, "kev")) {
    metadata.kev_version = JsonString(*kev, "version");
    metadata.kev_released = JsonString(*kev, "released");
    metadata.kev_entries = Number(*kev, "entries");
  }
  if (const json::object* epss = JsonObject(root, "epss")) {
    metadata.epss_model = JsonString(*epss, "model");
    metadata.epss_date = JsonString(*epss, "date");
    metadata.epss_entries = Number(*epss, "entries");
  }
  if (const json::object* vex = JsonObject(root, "vex")) {
    metadata.vex_documents = Number(*vex, "documents");
    metadata.vex_statements = Number(*vex, "statements");
    metadata.vex_digest = JsonString(*vex, "digest");
  }
  std::sort(metadata.ecosystems.begin(), metadata.ecosystems.end(),
            [](const EcosystemCount& a, const EcosystemCount& b) { return a.name < b.name; });
  return metadata;
}

}  // namespace narrows::advisories
