#include "ecosystems/alpine/apk_extractor.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::alpine {
namespace {

constexpr std::string_view kInstalled = "lib/apk/db/installed";
constexpr std::string_view kMergedInstalled = "usr/lib/apk/db/installed";
constexpr size_t kMostBytes = 16u << 20;
constexpr size_t kMostPackages = 50'000;

// The fields that matter; views into the file.
struct Record {
  std::string_view name, version, architecture, origin;
  std::string_view folder;  // of the files that follow
  std::vector<uint64_t> owned;
  bool any = false;
};

// Reads lines up to the empty one that ends the record. True when the file ends in the middle of a
// field that matters.
bool ReadRecord(std::string_view& rest, Record& record) {
  while (true) {
    const bool cut = rest.find('\n') == std::string_view::npos;
    const std::optional<std::string_view> line = NextLine(rest);
    if (!line || line->empty()) return false;
    record.any = true;
    std::string_view* field = nullptr;
    if (line->size() >= 2 && (*line)[1] == ':') {
      switch (line->front()) {
        case 'P':
          field = &record.name;
          break;
        case 'V':
          field = &record.version;
          break;
        case 'A':
          field = &record.architecture;
          break;
        case 'o':
          field = &record.origin;
          break;
        case 'F':
          record.folder = line->substr(2);
          break;
        case 'R':
          record.owned.push_back(
              OwnedPathHash(std::string(record.folder) + "/" + std::string(line->substr(2))));
          break;
        default:
          break;
      }
    }
    if (field != nullptr) *field = line->substr(2);
    if (cut && field != nullptr) return true;
  }
}

std::string_view EcosystemOf(const model::Distribution& distribution) {
  if (distribution.id == "wolfi") return "Wolfi";
  if (distribution.id == "chainguard") return "Chainguard";
  return "Alpine";
}

class ApkExtractor final : public PackageExtractor {
 public:
  std::string_view Name() const override { return "apk"; }
  int Version() const override { return 2; }
  bool Claims(std::string_view path) const override {
    return path == kInstalled || path == kMergedInstalled;
  }
  std::vector<std::string_view> Places() const override { return {kInstalled, kMergedInstalled}; }
  bool Recognises(std::string_view head) const override {
    return head.starts_with("C:Q1") && head.find("\nP:") != std::string_view::npos;
  }
  size_t MostBytes() const override { return kMostBytes; }

  Result<Extracted> Extract(std::string_view, std::string_view content) const override {
    Extracted extracted;
    Complaints complaints;
    while (!content.empty()) {
      if (extracted.packages.size() == kMostPackages) {
        complaints.Add("the file has more than " + std::to_string(kMostPackages) + " packages");
        break;
      }
      Record record;
      const bool cut = ReadRecord(content, record);
      if (!record.any) continue;
      if (cut) {
        complaints.Add("the file ends within the entry of package '" + Printable(record.name, 80) +
                       "'");
      } else if (!IsToken(record.name) || !IsToken(record.version)) {
        complaints.Add("an entry without a usable name or version: package '" +
                       Printable(record.name, 80) + "', version '" + Printable(record.version, 80) +
                       "'");
      } else {
        extracted.packages.push_back(ToPackage(record));
        if (!record.owned.empty())
          extracted.owned.push_back({std::string(record.name), std::move(record.owned)});
      }
    }
    extracted.statuses = std::move(complaints).Take();
    if (extracted.packages.empty() && !extracted.statuses.empty())
      return DataLoss("no entry of the apk data base is readable: " + extracted.statuses.front());
    return extracted;
  }

  void Complete(model::Package& package, const model::Distribution& distribution) const override {
    package.ecosystem = EcosystemOf(distribution);
    package.purl = FormatPurl({"apk",
                               distribution.id.empty() ? "alpine" : distribution.id,
                               package.name,
                               package.version,
                               {{"arch", package.architecture},
                                {"distro", DistroQualifier(distribution)},
                                {"upstream", UpstreamQualifier(package)}}});
  }

 private:
  // The origin has the version of its packages: they are built together.
  static model::Package ToPackage(const Record& record) {
    model::Package package;
    package.ecosystem = "Alpine";
    package.name = record.name;
    package.version = record.version;
    if (IsToken(record.architecture)) package.architecture = record.architecture;
    package.source_name = IsToken(record.origin) ? record.origin : record.name;
    package.source_version = package.version;
    return package;
  }
};

}  // namespace

std::unique_ptr<PackageExtractor> MakeApkExtractor() { return std::make_unique<ApkExtractor>(); }

}  // namespace narrows::ecosystems::alpine
