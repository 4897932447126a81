#include "inventory/sbom/distribution.h"

#include <array>

#include "base/strings.h"

namespace narrows::inventory::sbom {
namespace {

struct Alias {
  std::string_view said;
  std::string_view id;
};
// What trivy calls them, and the namespaces of package-url.
constexpr std::array kIds = {
    Alias{"redhat", "rhel"},
    Alias{"alma", "almalinux"},
    Alias{"amazon", "amzn"},
    Alias{"oracle", "ol"},
    Alias{"oraclelinux", "ol"},
    Alias{"cbl-mariner", "mariner"},
    Alias{"suse linux enterprise server", "sles"},
    Alias{"suse linux enterprise micro", "slem"},
    Alias{"suse", "sles"},
    Alias{"opensuse.leap", "opensuse-leap"},
    Alias{"opensuse.tumbleweed", "opensuse-tumbleweed"},
    Alias{"openeuler", "openEuler"},
};

struct Codename {
  std::string_view name;
  std::string_view id;
  std::string_view version;
};
constexpr std::array kCodenames = {
    Codename{"jessie", "debian", "8"},     Codename{"stretch", "debian", "9"},
    Codename{"buster", "debian", "10"},    Codename{"bullseye", "debian", "11"},
    Codename{"bookworm", "debian", "12"},  Codename{"trixie", "debian", "13"},
    Codename{"trusty", "ubuntu", "14.04"}, Codename{"xenial", "ubuntu", "16.04"},
    Codename{"bionic", "ubuntu", "18.04"}, Codename{"focal", "ubuntu", "20.04"},
    Codename{"jammy", "ubuntu", "22.04"},  Codename{"noble", "ubuntu", "24.04"},
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "2 (Karoo)" → "2".
std::string FirstWord(std::string_view text) { return std::string(text.substr(0, text.find(' '))); }

std::string Shown(const model::Distribution& distribution) {
  return distribution.id + (distribution.version_id.empty() ? "" : " ") + distribution.version_id;
}

}  // namespace

std::string DistributionId(std::string_view name) {
  std::string lower = ToLower(name);
  for (const Alias& alias : kIds) {
    if (alias.said == lower) return std::string(alias.id);
  }
  return lower;
}

model::Distribution DistributionOf(const Component& component) {
  const auto or_else = [&](std::string_view property, std::string_view otherwise) {
    const std::string_view value = PropertyOf(component, property);
    return std::string(value.empty() ? otherwise : value);
  };
  model::Distribution distribution;
  distribution.id = DistributionId(or_else("syft:distro:id", component.name));
  distribution.version_id = FirstWord(or_else("syft:distro:versionID", component.version));
  distribution.id_like = or_else("syft:distro:idLike:0", PropertyOf(component, "narrows:idLike"));
  distribution.version_codename =
      or_else("syft:distro:versionCodename", PropertyOf(component, "narrows:versionCodename"));
  distribution.pretty_name = or_else("syft:distro:prettyName", component.description);
  if (distribution.pretty_name.empty()) distribution.pretty_name = Shown(distribution);
  return distribution;
}

std::optional<model::Distribution> DistributionOf(const ecosystems::Purl& purl) {
  const auto qualifier = purl.qualifiers.find("distro");
  if (qualifier == purl.qualifiers.end()) return std::nullopt;
  const std::string said = ToLower(qualifier->second);
  model::Distribution distribution;
  const size_t hyphen = said.rfind('-');
  const std::string_view last =
      std::string_view(said).substr(hyphen == std::string::npos ? 0 : hyphen + 1);
  if (IsDigit(said.front())) {
    distribution = {.id = DistributionId(purl.name_space), .version_id = said};
  } else if (hyphen != std::string::npos && !last.empty() && IsDigit(last.front())) {
    distribution = {.id = DistributionId(said.substr(0, hyphen)), .version_id = std::string(last)};
  } else {
    distribution.id = DistributionId(said);
    for (const Codename& codename : kCodenames) {
      if (codename.name != last) continue;
      distribution.id = codename.id;
      distribution.version_id = codename.version;
      distribution.version_codename = codename.name;
    }
    if (distribution.version_id.empty() && hyphen != std::string::npos && distribution.id == said &&
        !said.starts_with("opensuse-")) {
      distribution.id = DistributionId(said.substr(0, hyphen));
      distribution.version_codename = last;
    }
  }
  distribution.pretty_name = Shown(distribution);
  return distribution;
}

bool IsSameRelease(const model::Distribution& a, const model::Distribution& b) {
  if (a.id != b.id) return false;
  const std::string& longer =
      a.version_id.size() < b.version_id.size() ? b.version_id : a.version_id;
  const std::string& shorter =
      a.version_id.size() < b.version_id.size() ? a.version_id : b.version_id;
  return shorter.empty() || longer == shorter || longer.starts_with(shorter + ".");
}

}  // namespace narrows::inventory::sbom
