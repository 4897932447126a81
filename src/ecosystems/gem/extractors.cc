#include "ecosystems/gem/extractors.h"

#include <string>
#include <utility>

#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::gem {
namespace {

constexpr size_t kMostGemspecBytes = size_t{1} << 20;
constexpr size_t kMostLockBytes = size_t{16} << 20;

void CompleteGem(model::Package& package) {
  package.ecosystem = "RubyGems";
  package.purl = FormatPurl({"gem", "", package.name, package.version, {}});
}

bool ClaimsGemspec(std::string_view path) {
  return path.ends_with(".gemspec") && IsBelow(path, "specifications");
}

// Bundler knows two names.
bool ClaimsLock(std::string_view path) {
  if (!path.ends_with("Gemfile.lock") && !path.ends_with("gems.locked")) return false;
  const std::string_view file = FileName(path);
  return (file == "Gemfile.lock" || file == "gems.locked") && !IsBelow(path, "gems");
}

// The string of `s.name = "rake".freeze`; empty for another line.
std::string_view Assigned(std::string_view line, std::string_view attribute) {
  line = Trim(line);
  const size_t dot = line.find('.');
  if (dot == std::string_view::npos) return {};
  line.remove_prefix(dot + 1);
  if (!line.starts_with(attribute)) return {};
  line = Trim(line.substr(attribute.size()));
  if (!line.starts_with('=')) return {};
  line = Trim(line.substr(1));
  if (line.empty() || (line.front() != '"' && line.front() != '\'')) return {};
  const size_t end = line.find(line.front(), 1);
  return end == std::string_view::npos ? std::string_view() : line.substr(1, end - 1);
}

}  // namespace

Result<PackageExtractor::Extracted> ParseGemspec(std::string_view content) {
  PackageExtractor::Extracted extracted;
  std::string_view name;
  std::string_view version;
  while (const auto line = NextLine(content)) {
    if (name.empty()) name = Assigned(*line, "name");
    if (version.empty()) version = Assigned(*line, "version");
    if (!name.empty() && !version.empty()) break;
  }
  if (name.empty() || version.empty()) return extracted;
  if (!IsToken(name) || !IsToken(version))
    return DataLoss("a gem without a usable name or version: '" + Printable(name, 80) + "'");
  extracted.packages.push_back(LanguagePackage(std::string(name), std::string(version)));
  return extracted;
}

Result<PackageExtractor::Extracted> ParseGemfileLock(std::string_view content) {
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  bool known = false;
  bool local = false;
  bool in_specs = false;
  while (const auto line = NextLine(content)) {
    if (!line->starts_with(' ')) {
      local = *line == "PATH";
      in_specs = false;
    } else if (*line == "  specs:") {
      known = in_specs = true;
    } else if (in_specs && !local && line->starts_with("    ") && !line->starts_with("     ")) {
      // "    name (1.0.0-platform)"; what it needs is indented further.
      const std::string_view entry = line->substr(4);
      const size_t open = entry.find(" (");
      const bool closed = open != std::string_view::npos && entry.ends_with(')');
      const std::string_view name = entry.substr(0, open);
      const std::string_view whole =
          closed ? entry.substr(open + 2, entry.size() - open - 3) : std::string_view();
      const std::string_view version = whole.substr(0, whole.find('-'));
      AddLanguagePackage("a gem", name, version, extracted, complaints);
    }
  }
  if (!known) return DataLoss("not a Gemfile.lock: it has no specs");
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

std::vector<std::unique_ptr<PackageExtractor>> MakeGemExtractors() {
  std::vector<std::unique_ptr<PackageExtractor>> extractors;
  extractors.push_back(MakeLanguageExtractor(
      {.name = "gem",
       .most_bytes = kMostGemspecBytes,
       .claims = ClaimsGemspec,
       .parse = [](std::string_view, std::string_view content) { return ParseGemspec(content); },
       .complete = CompleteGem}));
  extractors.push_back(MakeLanguageExtractor(
      {.name = "gem-lock",
       .evidence = model::Evidence::kLockFile,
       .most_bytes = kMostLockBytes,
       .claims = ClaimsLock,
       .parse = [](std::string_view,
                   std::string_view content) { return ParseGemfileLock(content); },
       .complete = CompleteGem}));
  return extractors;
}

}  // namespace narrows::ecosystems::gem
