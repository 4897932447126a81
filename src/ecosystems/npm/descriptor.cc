#include "ecosystems/npm/descriptor.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"

namespace narrows::ecosystems::npm {
namespace {

constexpr std::string_view kRegistry = "npm:";

std::optional<Descriptor> Cut(std::string_view text) {
  const size_t at = text.find('@', 1);  // the first one may begin a scope
  if (text.empty() || at == std::string_view::npos) return std::nullopt;
  return Descriptor{text.substr(0, at), text.substr(at + 1)};
}

}  // namespace

std::optional<Descriptor> ParseDescriptor(std::string_view text) {
  std::optional<Descriptor> descriptor = Cut(text);
  if (!descriptor || !descriptor->what.starts_with(kRegistry)) return descriptor;
  descriptor->what.remove_prefix(kRegistry.size());
  // A range has no "@": with one, it is an alias.
  const std::optional<Descriptor> meant = Cut(descriptor->what);
  return meant ? meant : descriptor;
}

bool IsLocal(std::string_view version) {
  constexpr std::array<std::string_view, 5> kSchemes = {
      "file:", "link:", "workspace:", "portal:", "root:"};
  return std::any_of(kSchemes.begin(), kSchemes.end(),
                     [&](std::string_view scheme) { return version.starts_with(scheme); });
}

void AddPackage(std::string_view name, std::string_view version,
                PackageExtractor::Extracted& extracted, Complaints& complaints) {
  if (IsLocal(version)) return;
  if (version.find_first_of(":/") == std::string_view::npos)
    return AddLanguagePackage("a package", name, version, extracted, complaints);
  complaints.Add("package '" + Printable(name, 80) + "' has no version that can be looked up: '" +
                 Printable(version, 80) + "'");
}

void CompletePackage(model::Package& package) {
  package.ecosystem = "npm";
  const std::string_view name = package.name;
  const size_t slash = name.starts_with('@') ? name.find('/') : std::string_view::npos;
  const bool scoped = slash != std::string_view::npos;
  package.purl = FormatPurl({"npm",
                             scoped ? name.substr(0, slash) : std::string_view(),
                             scoped ? name.substr(slash + 1) : name,
                             package.version,
                             {}});
}

}  // namespace narrows::ecosystems::npm
