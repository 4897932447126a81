#include "ecosystems/debian/dpkg_extractor.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/strings.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::debian {
namespace {

constexpr std::string_view kStatusFile = "var/lib/dpkg/status";
constexpr std::string_view kStatusFolder = "var/lib/dpkg/status.d/";
// What each package has put where, "NAME.list" or "NAME:ARCHITECTURE.list", a path a line; in
// images without dpkg NAME.md5sums beside the package's own entry.
constexpr std::string_view kListFolder = "var/lib/dpkg/info/";
constexpr std::string_view kListSuffix = ".list";
constexpr std::string_view kSumsSuffix = ".md5sums";
constexpr size_t kMostBytes = 16u << 20;
constexpr size_t kMostPackages = 50'000;

// The fields of one paragraph that matter here; views into the file.
struct Paragraph {
  std::string_view package, status, architecture, version, source;
  bool any = false;
  bool damaged_line = false;
};

std::string_view* FieldOf(Paragraph& paragraph, std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view Paragraph::*>, 5>
      kFields = {{{"package", &Paragraph::package},
                  {"status", &Paragraph::status},
                  {"architecture", &Paragraph::architecture},
                  {"version", &Paragraph::version},
                  {"source", &Paragraph::source}}};
  for (const auto& [field, member] : kFields)
    if (name.size() == field.size() && ToLower(name) == field) return &(paragraph.*member);
  return nullptr;
}

// Reads lines up to the empty one that ends the paragraph. True when the file ends in the middle of
// a field that matters.
bool ReadParagraph(std::string_view& rest, Paragraph& paragraph) {
  std::string_view* last = nullptr;
  bool cut = false;
  while (true) {
    cut = rest.find('\n') == std::string_view::npos;
    const std::optional<std::string_view> line = NextLine(rest);
    if (!line) return false;
    if (Trim(*line).empty()) return false;
    paragraph.any = true;
    if (line->front() != ' ' && line->front() != '\t') {  // else it continues the field before
      const size_t colon = line->find(':');
      last = colon == std::string_view::npos ? nullptr : FieldOf(paragraph, line->substr(0, colon));
      if (colon == std::string_view::npos || colon == 0) paragraph.damaged_line = true;
      if (last != nullptr) *last = Trim(line->substr(colon + 1));
    }
    if (cut) return last != nullptr || paragraph.damaged_line;
  }
}

// The third word: "install ok installed". Whatever has files on disk is there; a package of which
// only the configuration is left is not.
bool IsPresent(std::string_view status) {
  const size_t space = status.find_last_of(" \t");
  const std::string_view state =
      space == std::string_view::npos ? status : status.substr(space + 1);
  return state == "installed" || state == "unpacked" || state == "half-configured" ||
         state == "half-installed" || state == "triggers-awaited" || state == "triggers-pending";
}

// "glibc" or "glibc (2.36-9)".
void SetSource(std::string_view source, model::Package& package) {
  package.source_name = package.name;
  package.source_version = package.version;
  const size_t open = source.find('(');
  const std::string_view name = Trim(source.substr(0, open));
  if (IsToken(name)) package.source_name = name;
  if (open == std::string_view::npos) return;
  const std::string_view version = Trim(source.substr(open + 1, source.find(')', open) - open - 1));
  if (IsToken(version)) package.source_version = version;
}

// The name that the file lists of a package have before their suffix; empty for another file.
std::string_view OwnerOf(std::string_view path) {
  for (const auto& [folder, suffix] :
       {std::pair(kListFolder, kListSuffix), {kStatusFolder, kSumsSuffix}}) {
    if (!path.starts_with(folder) || !path.ends_with(suffix)) continue;
    path.remove_prefix(folder.size());
    path.remove_suffix(std::min(suffix.size(), path.size()));
    return path.substr(0, path.find(':'));
  }
  return {};
}

// A path a line, behind its checksum in those that have some.
OwnedFiles ReadFileList(std::string_view owner, bool has_sums, std::string_view content) {
  OwnedFiles owned{.package = std::string(owner), .paths = {}};
  while (const std::optional<std::string_view> line = NextLine(content)) {
    std::string_view path = *line;
    if (has_sums) path = path.substr(std::min(path.find("  "), path.size()));
    path = Trim(path);
    if (path.size() > 1) owned.Add(path);
  }
  return owned;
}

class DpkgExtractor final : public PackageExtractor {
 public:
  std::string_view Name() const override { return "dpkg"; }
  int Version() const override { return 2; }

  bool Claims(std::string_view path) const override {
    if (path == kStatusFile || !OwnerOf(path).empty()) return true;
    if (!path.starts_with(kStatusFolder) || path.ends_with(kSumsSuffix)) return false;
    const std::string_view name = path.substr(kStatusFolder.size());
    return !name.empty() && name.find('/') == std::string_view::npos;
  }

  std::vector<std::string_view> Places() const override {
    return {kStatusFile, kStatusFolder, kListFolder};
  }
  bool Recognises(std::string_view head) const override {
    return head.starts_with("Package: ") && head.find("\nStatus: ") != std::string_view::npos;
  }
  size_t MostBytes() const override { return kMostBytes; }

  Result<Extracted> Extract(std::string_view path, std::string_view content) const override {
    const bool has_states = !path.starts_with(kStatusFolder);
    Extracted extracted;
    if (const std::string_view owner = OwnerOf(path); !owner.empty()) {
      extracted.owned.push_back(ReadFileList(owner, !path.starts_with(kListFolder), content));
      return extracted;
    }
    Complaints complaints;
    size_t paragraphs = 0;
    while (!content.empty()) {
      if (extracted.packages.size() == kMostPackages) {
        complaints.Add("the file has more than " + std::to_string(kMostPackages) + " packages");
        break;
      }
      Paragraph paragraph;
      const bool cut = ReadParagraph(content, paragraph);
      if (!paragraph.any) continue;
      ++paragraphs;
      if (has_states && cut) {
        complaints.Add("the file ends within the entry of package '" +
                       Printable(paragraph.package, 80) + "'");
        continue;
      }
      if (has_states && !IsPresent(paragraph.status) && !paragraph.damaged_line) continue;
      if (!IsToken(paragraph.package) || !IsToken(paragraph.version)) {
        complaints.Add("an entry without a usable name or version: package '" +
                       Printable(paragraph.package, 80) + "', version '" +
                       Printable(paragraph.version, 80) + "'");
        continue;
      }
      extracted.packages.push_back(ToPackage(paragraph));
    }
    extracted.statuses = std::move(complaints).Take();
    if (extracted.packages.empty() && !extracted.statuses.empty())
      return DataLoss("no entry of the dpkg data base is readable: " + extracted.statuses.front());
    return extracted;
  }

  void Complete(model::Package& package, const model::Distribution& distribution) const override {
    package.ecosystem = distribution.id == "ubuntu" ? "Ubuntu" : "Debian";
    package.purl = FormatPurl({"deb",
                               distribution.id.empty() ? "debian" : distribution.id,
                               package.name,
                               package.version,
                               {{"arch", package.architecture},
                                {"distro", DistroQualifier(distribution)},
                                {"upstream", UpstreamQualifier(package)}}});
  }

 private:
  static model::Package ToPackage(const Paragraph& paragraph) {
    model::Package package;
    package.ecosystem = "Debian";
    package.name = paragraph.package;
    package.version = paragraph.version;
    if (IsToken(paragraph.architecture)) package.architecture = paragraph.architecture;
    SetSource(paragraph.source, package);
    return package;
  }
};

}  // namespace

std::unique_ptr<PackageExtractor> MakeDpkgExtractor() { return std::make_unique<DpkgExtractor>(); }

}  // namespace narrows::ecosystems::debian
