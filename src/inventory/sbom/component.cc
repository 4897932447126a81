#include "inventory/sbom/component.h"

namespace narrows::inventory::sbom {

bool IsKnownProperty(std::string_view name) {
  for (const std::string_view prefix :
       {"narrows:", "aquasecurity:trivy:", "syft:distro:", "syft:location:0:", "syft:metadata:"}) {
    if (name.starts_with(prefix)) return true;
  }
  return false;
}

void SetProperty(std::string_view name, std::string_view value, Properties& properties) {
  constexpr size_t kMostProperties = 64;
  if (!IsKnownProperty(name) || value.empty() || value.size() > kMostTextBytes) return;
  if (properties.size() < kMostProperties) properties.emplace(name, value);
}

void ReadSourceInfo(std::string_view text, Properties& properties) {
  constexpr std::string_view kBuiltFrom = "built package from: ";
  if (text.starts_with(kBuiltFrom)) {
    text.remove_prefix(kBuiltFrom.size());
    const size_t blank = text.find(' ');
    SetProperty("aquasecurity:trivy:SrcName", text.substr(0, blank), properties);
    if (blank != std::string_view::npos)
      SetProperty("aquasecurity:trivy:SrcVersion", text.substr(blank + 1), properties);
  } else if (text.starts_with("acquired package info from ")) {
    // "… from DPKG DB: /var/lib/dpkg/status, /usr/share/doc/…"
    const size_t colon = text.find(": ");
    if (colon == std::string_view::npos) return;
    text.remove_prefix(colon + 2);
    SetProperty("syft:location:0:path", text.substr(0, text.find(", ")), properties);
  }
}

std::string_view PropertyOf(const Component& component, std::string_view name) {
  const auto found = component.properties.find(name);
  return found == component.properties.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace narrows::inventory::sbom
