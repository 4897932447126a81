#include "findings/vex/platform_cpe.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/strings.h"

namespace narrows::findings::vex {
namespace {

// Vendor and product by ID of os-release(5): what the distributions themselves have there as
// CPE_NAME, and NVD's name where that is another.
struct Name {
  std::string_view id;
  std::string_view vendor;
  std::string_view product;
};
constexpr std::array<Name, 16> kNames = {{
    {"almalinux", "almalinux", "almalinux"},
    {"alpine", "alpinelinux", "alpine_linux"},
    {"amzn", "amazon", "amazon_linux"},
    {"amzn", "amazon", "linux"},
    {"centos", "centos", "centos"},
    {"debian", "debian", "debian_linux"},
    {"fedora", "fedoraproject", "fedora"},
    {"ol", "oracle", "linux"},
    {"opensuse-leap", "opensuse", "leap"},
    {"photon", "vmware", "photon_os"},
    {"rhel", "redhat", "enterprise_linux"},
    {"rocky", "rocky", "rocky"},
    {"sles", "suse", "sles"},
    {"sles", "suse", "suse_linux_enterprise_server"},
    {"ubuntu", "canonical", "ubuntu_linux"},
    {"wolfi", "wolfi", "wolfi"},
}};

// The attributes from the part on; a colon behind a backslash (2.3) parts nothing.
std::vector<std::string> Attributes(std::string_view cpe) {
  for (const std::string_view scheme : {"cpe:2.3:", "cpe:/"}) {
    if (!cpe.starts_with(scheme)) continue;
    cpe.remove_prefix(scheme.size());
    std::vector<std::string> attributes(1);
    for (size_t i = 0; i < cpe.size(); ++i) {
      if (cpe[i] == '\\' && i + 1 < cpe.size()) {
        attributes.back() += cpe[++i];
      } else if (cpe[i] == ':') {
        attributes.emplace_back();
      } else {
        attributes.back() += cpe[i];
      }
    }
    return attributes;
  }
  return {};
}

}  // namespace

bool NamesRelease(std::string_view cpe, const model::Distribution& distribution) {
  std::vector<std::string> attributes = Attributes(ToLower(cpe));
  attributes.resize(std::max<size_t>(attributes.size(), 5));
  const bool named = std::any_of(kNames.begin(), kNames.end(), [&](const Name& name) {
    return name.id == distribution.id && name.vendor == attributes[1] &&
           name.product == attributes[2];
  });
  if (!named) return false;
  std::string version = attributes[3];
  if (version.empty() || version == "*") return true;
  // SUSE's service packs: "15:sp4" is 15.4.
  if (attributes[4].starts_with("sp")) version += "." + attributes[4].substr(2);
  return distribution.version_id == version || distribution.version_id.starts_with(version + ".");
}

}  // namespace narrows::findings::vex
