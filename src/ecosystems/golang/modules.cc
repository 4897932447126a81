#include "ecosystems/golang/modules.h"

#include <utility>

#include "base/strings.h"
#include "ecosystems/language_extractor.h"
#include "ecosystems/purl.h"

namespace narrows::ecosystems::golang {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view TakeDigits(std::string_view& rest) {
  size_t end = 0;
  while (end < rest.size() && IsDigit(rest[end])) ++end;
  const std::string_view digits = rest.substr(0, end);
  rest.remove_prefix(end);
  return digits;
}

bool IsFolder(std::string_view path) {
  return path.starts_with("./") || path.starts_with("../") || path.starts_with('/') ||
         path == "." || path == ".." || (path.size() > 1 && path[1] == ':');
}

}  // namespace

std::optional<std::string> StandardLibraryVersion(std::string_view go_version) {
  if (!go_version.starts_with("go")) return std::nullopt;
  go_version.remove_prefix(2);
  std::string version;
  int numbers = 0;
  while (numbers < 3) {
    const std::string_view digits = TakeDigits(go_version);
    if (digits.empty()) return std::nullopt;
    version += digits;
    if (++numbers == 3 || go_version.size() < 2 || go_version[0] != '.' || !IsDigit(go_version[1]))
      break;
    version += '.';
    go_version.remove_prefix(1);
  }
  for (; numbers < 3; ++numbers) version += ".0";
  for (const std::string_view word : {"rc", "beta"}) {
    if (!go_version.starts_with(word)) continue;
    go_version.remove_prefix(word.size());
    const std::string_view number = TakeDigits(go_version);
    if (!number.empty()) version += "-" + std::string(word) + "." + std::string(number);
    break;
  }
  return version;
}

void AddModule(const Module& module, PackageExtractor::Extracted& extracted,
               Complaints& complaints) {
  if (module.version.empty() || module.version == "(devel)" || IsFolder(module.path)) return;
  AddLanguagePackage("a module", module.path, module.version, extracted, complaints);
}

void CompleteModule(model::Package& package) {
  package.ecosystem = "Go";
  // The standard has both in lower case.
  const std::string path = ToLower(package.name);
  const size_t slash = path.rfind('/');
  const bool parted = slash != std::string::npos;
  package.purl = FormatPurl({"golang",
                             parted ? std::string_view(path).substr(0, slash) : std::string_view(),
                             parted ? std::string_view(path).substr(slash + 1) : path,
                             package.version,
                             {}});
}

}  // namespace narrows::ecosystems::golang
