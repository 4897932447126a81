#include "storage/sqlite/sqlite_images.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <set>

#include "base/json.h"

namespace narrows::storage {
namespace {

constexpr std::string_view kGroups =
    "SELECT g.package_group FROM package p JOIN group_package g ON g.package = p.id "
    "WHERE p.ecosystem = ?1 AND p.source_name = ?2 UNION ALL "
    "SELECT g.package_group FROM package p JOIN group_package g ON g.package = p.id "
    "WHERE p.ecosystem = ?1 AND p.lookup = ?2";

// All of the analysis but layers and packages.
std::string ToDocument(const model::ImageAnalysis& image) {
  boost::json::object document;
  const auto put = [](boost::json::object& object, const char* key, const std::string& value) {
    if (!value.empty()) object[key] = value;
  };
  put(document, "index", image.index_digest);
  put(document, "config", image.config_digest);
  put(document, "reference", image.reference);
  document["os"] = image.platform.os;
  document["architecture"] = image.platform.architecture;
  put(document, "variant", image.platform.variant);
  if (image.distribution) {
    boost::json::object distribution;
    put(distribution, "id", image.distribution->id);
    put(distribution, "idLike", image.distribution->id_like);
    put(distribution, "versionId", image.distribution->version_id);
    put(distribution, "codename", image.distribution->version_codename);
    put(distribution, "name", image.distribution->pretty_name);
    document["distribution"] = std::move(distribution);
  }
  document["hasPackageDatabase"] = image.has_package_database;
  document["complete"] = image.complete;
  if (!image.statuses.empty())
    document["statuses"] = boost::json::array(image.statuses.begin(), image.statuses.end());
  return boost::json::serialize(document);
}

void FromDocument(const boost::json::object& document, model::ImageAnalysis& image) {
  image.index_digest = JsonString(document, "index");
  image.config_digest = JsonString(document, "config");
  image.reference = JsonString(document, "reference");
  image.platform = {JsonString(document, "os"), JsonString(document, "architecture"),
                    JsonString(document, "variant")};
  if (const auto* distribution = JsonObject(document, "distribution")) {
    image.distribution = model::Distribution{
        JsonString(*distribution, "id"), JsonString(*distribution, "idLike"),
        JsonString(*distribution, "versionId"), JsonString(*distribution, "codename"),
        JsonString(*distribution, "name")};
  }
  image.has_package_database = JsonBool(document, "hasPackageDatabase").value_or(false);
  image.complete = JsonBool(document, "complete").value_or(false);
  if (const auto* statuses = JsonArray(document, "statuses")) {
    for (const auto& status : *statuses) {
      if (status.is_string()) image.statuses.emplace_back(status.get_string());
    }
  }
}

}  // namespace

Result<std::optional<StoredImage>> SqliteImages::Get(std::string_view digest) const {
  StoredImage image;
  int64_t row = 0;
  {
    ASSIGN_OR_RETURN(Query query, session_.database.Start(
                                      "SELECT id, document, analysed_at, last_seen FROM image "
                                      "WHERE cluster = ? AND digest = ?",
                                      {session_.cluster, digest}));
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (!found) return std::optional<StoredImage>();
    row = query.Int(0);
    ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(query.Text(1)),
                            "image " + std::string(digest) + " in the store");
    image.analysis.digest = digest;
    if (document.is_object()) FromDocument(document.get_object(), image.analysis);
    image.analysed_at = query.Time(2);
    image.last_seen = query.Time(3);
  }
  ASSIGN_OR_RETURN(Query layers, session_.database.Start(
                                     "SELECT diff_id, digest, size, media_type FROM image_layer "
                                     "JOIN layer ON layer.id = image_layer.layer "
                                     "WHERE image = ? ORDER BY ordinal",
                                     {row}));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, layers.Step());
    if (!more) break;
    image.analysis.layers.push_back(
        {layers.Text(0), layers.Text(1), layers.Int(2), layers.Text(3)});
  }
  ASSIGN_OR_RETURN(
      Query packages,
      session_.database.Start(
          "SELECT ecosystem, name, version, architecture, source_name, source_version, purl, "
          "path, evidence, owner, modularity, vendor, text.value FROM image_group i "
          "JOIN package_group g ON g.id = i.package_group "
          "JOIN group_package p ON p.package_group = g.id JOIN package ON package.id = p.package "
          "LEFT JOIN text ON text.id = g.layer WHERE i.image = ? "
          "ORDER BY ecosystem, name, architecture, version, path",
          {row}));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, packages.Step());
    if (!more) break;
    image.analysis.packages.push_back(ReadPackage(packages, 0));
  }
  return std::optional(std::move(image));
}

Result<std::vector<std::string>> SqliteImages::Digests() const {
  ASSIGN_OR_RETURN(Query query, session_.database.Start(
                                    "SELECT digest FROM image WHERE cluster = ? ORDER BY digest",
                                    {session_.cluster}));
  std::vector<std::string> digests;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return digests;
    digests.push_back(query.Text(0));
  }
}

Result<std::vector<std::string>> SqliteImages::Containing(
    const std::vector<PackageName>& packages) const {
  std::set<int64_t> groups;
  for (const PackageName& package : packages) {
    // A package is found twice where it has the name of its source.
    ASSIGN_OR_RETURN(Query query,
                     session_.database.Start(kGroups, {package.ecosystem, package.name}));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, query.Step());
      if (!more) break;
      groups.insert(query.Int(0));
    }
  }
  std::set<std::string> digests;
  for (const int64_t group : groups) {
    ASSIGN_OR_RETURN(Query query,
                     session_.database.Start("SELECT image.digest FROM image_group i JOIN image ON "
                                             "image.id = i.image WHERE i.package_group = ? AND "
                                             "image.cluster = ?",
                                             {group, session_.cluster}));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, query.Step());
      if (!more) break;
      digests.insert(query.Text(0));
    }
  }
  return std::vector<std::string>(digests.begin(), digests.end());
}

Status SqliteImages::Put(const model::ImageAnalysis& analysis) {
  return Noted(session_, Write(analysis));
}

Status SqliteImages::Write(const model::ImageAnalysis& analysis) {
  if (analysis.digest.empty()) return InvalidArgument("an image without a digest cannot be stored");
  const std::string document = ToDocument(analysis);
  RETURN_IF_ERROR(session_.database.Run(
      "INSERT INTO image (cluster, digest, document, analysed_at, last_seen) "
      "VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT (cluster, digest) DO UPDATE SET "
      "document = excluded.document, analysed_at = excluded.analysed_at, "
      "last_seen = excluded.last_seen",
      {session_.cluster, analysis.digest, document, Bind(session_.now)}));
  ASSIGN_OR_RETURN(const std::optional<int64_t> image, FindImage(session_, analysis.digest));
  RETURN_IF_ERROR(session_.database.Run("DELETE FROM image_layer WHERE image = ?", {*image}));
  RETURN_IF_ERROR(session_.database.Run("DELETE FROM image_group WHERE image = ?", {*image}));
  RETURN_IF_ERROR(WriteLayers(*image, analysis.layers));
  RETURN_IF_ERROR(WritePackages(*image, analysis.packages));
  return AppendChange(session_, ChangeKind::kImage, analysis.digest);
}

Status SqliteImages::WriteLayers(int64_t image, const std::vector<model::Layer>& layers) {
  int64_t ordinal = 0;
  for (const model::Layer& layer : layers) {
    const std::string key =
        ContentKey({layer.diff_id, layer.digest, std::to_string(layer.size), layer.media_type});
    ASSIGN_OR_RETURN(std::optional<int64_t> row,
                     session_.database.One("SELECT id FROM layer WHERE key = ?", {Blob{key}}));
    if (!row) {
      RETURN_IF_ERROR(session_.database.Run(
          "INSERT INTO layer (key, diff_id, digest, size, media_type) VALUES (?, ?, ?, ?, ?)",
          {Blob{key}, layer.diff_id, layer.digest, layer.size, layer.media_type}));
      row = session_.database.LastInsertId();
    }
    RETURN_IF_ERROR(
        session_.database.Run("INSERT INTO image_layer (image, ordinal, layer) VALUES (?, ?, ?)",
                              {image, ordinal++, *row}));
  }
  return Ok();
}

Status SqliteImages::WritePackages(int64_t image, const std::vector<model::Package>& packages) {
  // By layer, then by key: what makes a group the same.
  std::map<std::string_view, std::map<std::string, const model::Package*>> groups;
  for (const model::Package& package : packages)
    groups[package.layer].emplace(PackageKey(package), &package);
  for (const auto& [layer, members] : groups) {
    ASSIGN_OR_RETURN(const int64_t group, InternGroup(layer, members));
    RETURN_IF_ERROR(session_.database.Run(
        "INSERT INTO image_group (image, package_group) VALUES (?, ?)", {image, group}));
  }
  return Ok();
}

Result<int64_t> SqliteImages::InternGroup(
    std::string_view layer, const std::map<std::string, const model::Package*>& packages) {
  std::string content;
  for (const auto& [key, package] : packages) content += key;
  const std::string key = ContentKey({layer, content});
  ASSIGN_OR_RETURN(
      const std::optional<int64_t> known,
      session_.database.One("SELECT id FROM package_group WHERE key = ?", {Blob{key}}));
  if (known) return *known;
  Value layer_row = nullptr;
  if (!layer.empty()) {
    ASSIGN_OR_RETURN(const int64_t text, InternText(session_, layer));
    layer_row = text;
  }
  RETURN_IF_ERROR(session_.database.Run("INSERT INTO package_group (key, layer) VALUES (?, ?)",
                                        {Blob{key}, layer_row}));
  const int64_t group = session_.database.LastInsertId();
  for (const auto& [package_key, package] : packages) {
    ASSIGN_OR_RETURN(const int64_t row, InternPackage(session_, *package));
    RETURN_IF_ERROR(session_.database.Run(
        "INSERT INTO group_package (package_group, package) VALUES (?, ?)", {group, row}));
  }
  return group;
}

Status SqliteImages::MarkSeen(const std::vector<std::string>& digests) {
  for (const std::string& digest : digests) {
    RETURN_IF_ERROR(Noted(
        session_,
        session_.database.Run("UPDATE image SET last_seen = ? WHERE cluster = ? AND digest = ?",
                              {Bind(session_.now), session_.cluster, digest})));
  }
  return Ok();
}

}  // namespace narrows::storage
