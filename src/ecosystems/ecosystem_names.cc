#include "ecosystems/ecosystem_names.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "ecosystems/version_orders.h"

namespace narrows::ecosystems {
namespace {

std::string PythonName(std::string_view name) {
  std::string canonical;
  for (const char c : ToLower(name)) {
    const bool separator = c == '-' || c == '_' || c == '.';
    if (!separator) {
      canonical += c;
    } else if (!canonical.ends_with('-')) {
      canonical += '-';
    }
  }
  return canonical;
}

std::string SwiftName(std::string_view name) {
  std::string lower = ToLower(name);
  std::string_view rest = lower;
  constexpr std::string_view kScheme = "https://";
  constexpr std::string_view kRepository = ".git";
  if (rest.starts_with(kScheme)) rest.remove_prefix(kScheme.size());
  if (rest.ends_with(kRepository)) rest.remove_suffix(kRepository.size());
  return std::string(rest);
}

}  // namespace

bool IsDistribution(std::string_view ecosystem) {
  constexpr std::array<std::string_view, 22> kFamilies = {
      "AlmaLinux",    "Alpaquita",   "Alpine",      "Azure Linux", "Bellsoft Hardened Containers",
      "Chainguard",   "Debian",      "Echo",        "Mageia",      "MinimOS",
      "Photon OS",    "Red Hat",     "Rocky Linux", "SUSE",        "Ubuntu",
      "Wolfi",        "openEuler",   "openSUSE",    "Arch Linux",  "Fedora",
      "Oracle Linux", "Amazon Linux"};
  const std::string_view family = EcosystemFamily(ecosystem);
  return std::find(kFamilies.begin(), kFamilies.end(), family) != kFamilies.end();
}

std::string CanonicalName(std::string_view ecosystem, std::string_view name) {
  const std::string_view family = EcosystemFamily(ecosystem);
  if (family == "PyPI") return PythonName(name);
  if (family == "NuGet" || family == "Packagist") return ToLower(name);
  if (family == "SwiftURL") return SwiftName(name);
  return std::string(name);
}

}  // namespace narrows::ecosystems
