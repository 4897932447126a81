#include <algorithm>
#include <string>
#include <utility>

#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/pypi/lock_files.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::pypi {
namespace {

constexpr size_t kMostLineBytes = size_t{64} * 1024;  // with its continuations

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

// A line without its comment, joined with those that continue it.
std::optional<std::string> NextRequirement(std::string_view& rest) {
  std::string whole;
  while (const auto line = NextLine(rest)) {
    std::string_view text = *line;
    const bool continued = text.ends_with('\\');
    if (continued) text.remove_suffix(1);
    if (whole.size() + text.size() <= kMostLineBytes) whole += text;
    if (continued && !rest.empty()) continue;
    if (whole.starts_with('#')) whole.clear();
    for (const std::string_view mark : {" #", "\t#"})
      whole.resize(std::min(whole.find(mark), whole.size()));
    return whole;
  }
  return std::nullopt;
}

// "1.0" of "==1.0, !=1.1"; empty when no specifier pins the version.
std::string_view PinnedVersion(std::string_view specifiers) {
  specifiers = Trim(specifiers);
  if (specifiers.starts_with('(') && specifiers.ends_with(')'))
    specifiers = specifiers.substr(1, specifiers.size() - 2);
  for (std::string_view specifier : Split(specifiers, ',')) {
    specifier = Trim(specifier);
    if (!specifier.starts_with("==")) continue;
    specifier.remove_prefix(specifier.starts_with("===") ? 3 : 2);
    specifier = Trim(specifier);
    // A wildcard, or a template that is yet to be filled in, is none.
    if (specifier.find_first_of("*$%{}<>") == std::string_view::npos) return specifier;
  }
  return {};
}

}  // namespace

Result<PackageExtractor::Extracted> ParseRequirements(std::string_view content) {
  PackageExtractor::Extracted extracted;
  Complaints complaints;
  while (const auto requirement = NextRequirement(content)) {
    std::string_view line = Trim(*requirement);
    if (line.empty() || line.starts_with('-')) continue;  // options
    size_t end = 0;
    while (end < line.size() && IsNameCharacter(line[end])) ++end;
    const std::string_view name = line.substr(0, end);
    line = Trim(line.substr(end));
    if (line.starts_with('[')) {  // extras
      const size_t close = line.find(']');
      line = close == std::string_view::npos ? std::string_view() : line.substr(close + 1);
    }
    line = line.substr(0, line.find(';'));    // markers
    line = line.substr(0, line.find(" --"));  // hashes
    const std::string_view version = PinnedVersion(line);
    // Prose may lie under such a file name, too.
    if (!IsToken(name) || !IsToken(version)) continue;
    AddLanguagePackage("a requirement", name, version, extracted, complaints);
  }
  extracted.statuses = std::move(complaints).Take();
  return extracted;
}

}  // namespace narrows::ecosystems::pypi
