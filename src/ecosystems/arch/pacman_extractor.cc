#include "ecosystems/arch/pacman_extractor.h"

#include <string>
#include <utility>

#include "base/strings.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::arch {
namespace {

constexpr std::string_view kFolder = "var/lib/pacman/local/";
constexpr size_t kMostBytes = size_t{16} << 20;

// "desc" or "files" of var/lib/pacman/local/NAME-VERSION/; empty for another file.
std::string_view RecordOf(std::string_view path) {
  if (!path.starts_with(kFolder)) return {};
  path.remove_prefix(kFolder.size());
  const size_t slash = path.find('/');
  if (slash == 0 || slash == std::string_view::npos) return {};
  const std::string_view file = path.substr(slash + 1);
  return file == "desc" || file == "files" ? file : std::string_view();
}

// "glibc-2.38-7" → "glibc": a version has one hyphen.
std::string_view PackageOf(std::string_view path) {
  path.remove_prefix(kFolder.size());
  path = path.substr(0, path.find('/'));
  for (int part = 0; part < 2; ++part) path = path.substr(0, path.rfind('-'));
  return path;
}

class PacmanExtractor final : public PackageExtractor {
 public:
  std::string_view Name() const override { return "pacman"; }
  int Version() const override { return 1; }
  bool Claims(std::string_view path) const override { return !RecordOf(path).empty(); }
  // Each package has a folder of its own there.
  std::vector<std::string_view> Places() const override { return {}; }
  bool IsOfOperatingSystem() const override { return true; }
  size_t MostBytes() const override { return kMostBytes; }

  Result<Extracted> Extract(std::string_view path, std::string_view content) const override {
    if (RecordOf(path) == "desc") return ReadDescription(content);
    Extracted extracted;
    extracted.owned.push_back(ReadFiles(PackageOf(path), content));
    return extracted;
  }

  void Complete(model::Package& package, const model::Distribution& distribution) const override {
    package.ecosystem = "Arch Linux";
    package.purl = FormatPurl({"alpm",
                               distribution.id.empty() ? "arch" : distribution.id,
                               package.name,
                               package.version,
                               {{"arch", package.architecture},
                                {"distro", DistroQualifier(distribution)},
                                {"upstream", UpstreamQualifier(package)}}});
  }

 private:
  static Result<Extracted> ReadDescription(std::string_view content) {
    std::string_view field, name, version, base, architecture;
    while (const auto line = NextLine(content)) {
      const std::string_view text = Trim(*line);
      if (text.size() > 2 && text.front() == '%' && text.back() == '%') {
        field = text;
        continue;
      }
      if (field == "%NAME%") name = text;
      if (field == "%VERSION%") version = text;
      if (field == "%BASE%") base = text;
      if (field == "%ARCH%") architecture = text;
      field = {};
    }
    if (!IsToken(name) || !IsToken(version))
      return DataLoss("an entry of pacman's without a usable name or version: '" +
                      Printable(name, 80) + "' '" + Printable(version, 80) + "'");
    model::Package package;
    package.ecosystem = "Arch Linux";
    package.name = name;
    package.version = version;
    package.source_name = IsToken(base) ? base : name;
    package.source_version = version;
    if (IsToken(architecture)) package.architecture = architecture;
    Extracted extracted;
    extracted.packages.push_back(std::move(package));
    return extracted;
  }

  static OwnedFiles ReadFiles(std::string_view owner, std::string_view content) {
    OwnedFiles owned{.package = std::string(owner), .paths = {}};
    bool inside = false;
    while (const auto line = NextLine(content)) {
      if (line->starts_with('%')) {
        inside = *line == "%FILES%";
      } else if (inside && !line->empty() && !line->ends_with('/')) {
        owned.Add(*line);
      }
    }
    return owned;
  }
};

}  // namespace

std::unique_ptr<PackageExtractor> MakePacmanExtractor() {
  return std::make_unique<PacmanExtractor>();
}

}  // namespace narrows::ecosystems::arch
