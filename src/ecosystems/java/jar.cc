#include "ecosystems/java/jar.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "ecosystems/java/coordinates.h"
#include "ecosystems/java/manifest.h"
#include "ecosystems/java/zip.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::java {
namespace {

constexpr std::string_view kManifest = "META-INF/MANIFEST.MF";
constexpr std::string_view kMaven = "META-INF/maven/";
constexpr std::string_view kPomProperties = "/pom.properties";
constexpr size_t kMostManifestBytes = size_t{4} << 20;
constexpr size_t kMostPropertiesBytes = size_t{64} << 10;
constexpr size_t kMostPomsOfAnArchive = 10'000;
constexpr size_t kMostPackages = 50'000;
constexpr size_t kMostShownBytes = 1024;

class JarReader {
 public:
  explicit JarReader(const JarLimits& limits) : limits_(limits) {}

  Result<PackageExtractor::Extracted> Read(std::string_view path, std::string_view content) && {
    const Status status = ReadArchive(path, "", content, 1);
    if (!status.has_value()) {
      if (extracted_.packages.empty() && status.error().code == ErrorCode::kDataLoss)
        return status.error();
      complaints_.Add(status.error().message);
    }
    extracted_.statuses = std::move(complaints_).Take();
    return std::move(extracted_);
  }

 private:
  // What one archive says of itself.
  struct Archive {
    std::vector<Coordinates> poms;
    Attributes manifest;
  };

  // `inner` is its path within the outermost.
  // NOLINTNEXTLINE(misc-no-recursion): bounded by limits_.depth
  Status ReadArchive(std::string_view path, const std::string& inner, std::string_view content,
                     int depth) {
    if (++archives_ > limits_.archives)
      return ResourceExhausted("more than " + std::to_string(limits_.archives) +
                               " archives within it: the rest is not read");
    ASSIGN_OR_RETURN(const std::optional<ZipArchive> zip, ZipArchive::Open(content));
    if (!zip) return Ok();
    Archive archive;
    // NOLINTNEXTLINE(misc-no-recursion)
    const Status status = zip->ForEach([&](const ZipEntry& entry) -> Result<bool> {
      RETURN_IF_ERROR(ReadEntry(*zip, entry, inner, depth, archive));
      return true;
    });
    RETURN_IF_ERROR(AddPackages(FileName(path), inner, archive));
    return status;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  Status ReadEntry(const ZipArchive& zip, const ZipEntry& entry, const std::string& inner,
                   int depth, Archive& archive) {
    if (++entries_ > limits_.entries)
      return ResourceExhausted("more than " + std::to_string(limits_.entries) +
                               " entries within it: the rest is not read");
    if (IsArchiveName(entry.name)) return ReadNested(zip, entry, inner, depth);
    if (entry.name == kManifest) {
      ASSIGN_OR_RETURN(const auto text, Unpacked(zip, entry, kMostManifestBytes, inner));
      if (text) archive.manifest = ParseManifest(*text);
    } else if (entry.name.starts_with(kMaven) && entry.name.ends_with(kPomProperties) &&
               archive.poms.size() < kMostPomsOfAnArchive) {
      ASSIGN_OR_RETURN(const auto text, Unpacked(zip, entry, kMostPropertiesBytes, inner));
      if (!text) return Ok();
      if (auto coordinates = FromPomProperties(ParseProperties(*text)))
        archive.poms.push_back(*std::move(coordinates));
    }
    return Ok();
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  Status ReadNested(const ZipArchive& zip, const ZipEntry& entry, const std::string& inner,
                    int depth) {
    const std::string path = Within(inner, entry.name);
    if (depth >= limits_.depth) {
      complaints_.Add(path + ": archives are nested too deep, it is not read");
      return Ok();
    }
    if (const auto stored = zip.Stored(entry))
      return Tolerate(ReadArchive(entry.name, path, *stored, depth + 1), path);
    ASSIGN_OR_RETURN(const auto content, Unpacked(zip, entry, limits_.held_bytes - held_, inner));
    if (!content) return Ok();
    held_ += content->size();
    const Status status = ReadArchive(entry.name, path, *content, depth + 1);
    held_ -= content->size();
    return Tolerate(status, path);
  }

  // Damage costs the archive it is in; a limit of the whole ends the reading.
  Status Tolerate(const Status& status, const std::string& path) {
    if (status.has_value() || status.error().code == ErrorCode::kResourceExhausted) return status;
    complaints_.Add(path + ": " + status.error().message);
    return Ok();
  }

  // Nothing when the entry cannot be read, which is then said.
  Result<std::optional<std::string>> Unpacked(const ZipArchive& zip, const ZipEntry& entry,
                                              size_t most, const std::string& inner) {
    Result<std::string> text = zip.Read(entry, most);
    if (!text.has_value()) {
      complaints_.Add(Within(inner, entry.name) + ": " + text.error().message);
      return std::optional<std::string>();
    }
    unpacked_ += text->size();
    if (unpacked_ > limits_.unpacked_bytes)
      return ResourceExhausted("it unpacks to more than " + std::to_string(limits_.unpacked_bytes) +
                               " bytes: the rest is not read");
    return std::optional<std::string>(*std::move(text));
  }

  static std::string Within(const std::string& inner, std::string_view name) {
    return (inner.empty() ? "" : inner + "!/") + Printable(name, kMostShownBytes);
  }

  Status AddPackages(std::string_view file_name, const std::string& inner, const Archive& archive) {
    bool own = false;
    for (const Coordinates& pom : archive.poms) {
      own = own || IsArchiveOf(file_name, pom);
      RETURN_IF_ERROR(AddPackage(pom, inner));
    }
    if (own) return Ok();
    const auto coordinates = FromFileAndManifest(file_name, archive.manifest);
    return coordinates ? AddPackage(*coordinates, inner) : Ok();
  }

  Status AddPackage(const Coordinates& coordinates, const std::string& inner) {
    if (extracted_.packages.size() == kMostPackages)
      return ResourceExhausted("more than " + std::to_string(kMostPackages) +
                               " artifacts in it: the rest is not read");
    extracted_.packages.push_back(ToPackage(coordinates));
    extracted_.packages.back().path = inner;
    return Ok();
  }

  const JarLimits limits_;
  PackageExtractor::Extracted extracted_;
  Complaints complaints_;
  size_t archives_ = 0;
  size_t entries_ = 0;
  size_t unpacked_ = 0;
  size_t held_ = 0;
};

}  // namespace

bool IsArchiveName(std::string_view path) {
  constexpr std::array<std::string_view, 8> kExtensions = {".jar", ".war", ".ear", ".par",
                                                           ".sar", ".nar", ".hpi", ".jpi"};
  return path.size() > 4 && std::find(kExtensions.begin(), kExtensions.end(),
                                      path.substr(path.size() - 4)) != kExtensions.end();
}

Result<PackageExtractor::Extracted> ParseJar(std::string_view path, std::string_view content,
                                             const JarLimits& limits) {
  return JarReader(limits).Read(path, content);
}

}  // namespace narrows::ecosystems::java
