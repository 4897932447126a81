#include "inventory/sbom/package_of.h"

#include <array>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "ecosystems/rpm/family.h"
#include "ecosystems/rpm/version.h"
#include "inventory/sbom/distribution.h"

namespace narrows::inventory::sbom {
namespace {

// How a package's name is made of namespace and name.
enum class Naming { kName, kSlash, kColon };

struct Language {
  std::string_view type;  // of package-url
  std::string_view ecosystem;
  Naming naming;
};
constexpr std::array kLanguages = {
    Language{"npm", "npm", Naming::kSlash},
    Language{"pypi", "PyPI", Naming::kName},
    Language{"golang", "Go", Naming::kSlash},
    Language{"maven", "Maven", Naming::kColon},
    Language{"cargo", "crates.io", Naming::kName},
    Language{"gem", "RubyGems", Naming::kName},
    Language{"composer", "Packagist", Naming::kSlash},
    Language{"nuget", "NuGet", Naming::kName},
    Language{"hex", "Hex", Naming::kName},
    Language{"otp", "OTP", Naming::kName},
    Language{"pub", "Pub", Naming::kName},
    Language{"swift", "SwiftURL", Naming::kSlash},
    Language{"cocoapods", "CocoaPods", Naming::kName},
    Language{"cran", "CRAN", Naming::kName},
    Language{"bioconductor", "Bioconductor", Naming::kName},
    Language{"hackage", "Hackage", Naming::kName},
    Language{"bitnami", "Bitnami", Naming::kName},
    Language{"conda", "conda", Naming::kName},
    Language{"conan", "ConanCenter", Naming::kName},
    Language{"k8s", "Kubernetes", Naming::kSlash},
};

std::string Qualifier(const ecosystems::Purl& purl, std::string_view key) {
  const auto found = purl.qualifiers.find(key);
  return found == purl.qualifiers.end() ? std::string() : found->second;
}

std::string OrElse(std::string_view first, std::string_view second) {
  return std::string(first.empty() ? second : first);
}

std::string Joined(const ecosystems::Purl& purl, Naming naming) {
  if (naming == Naming::kName || purl.name_space.empty()) return purl.name;
  return purl.name_space + (naming == Naming::kSlash ? "/" : ":") + purl.name;
}

// The standard has some names in lower case; the component may have them as they are written.
std::string AsWritten(std::string name, const Component& component) {
  return ToLower(component.name) == ToLower(name) ? component.name : name;
}

std::string WithEpoch(std::string version, std::string_view epoch) {
  if (epoch.empty() || epoch == "0" || version.find(':') != std::string::npos) return version;
  return std::string(epoch) + ":" + version;
}

std::string EcosystemOf(const ecosystems::Purl& purl, const model::Distribution& distribution) {
  if (purl.type == "deb") return distribution.id == "ubuntu" ? "Ubuntu" : "Debian";
  if (purl.type == "alpm") return "Arch Linux";
  if (purl.type == "apk") {
    if (distribution.id == "wolfi") return "Wolfi";
    return distribution.id == "chainguard" ? "Chainguard" : "Alpine";
  }
  const auto* family = ecosystems::rpm::FamilyOf(distribution);
  return family == nullptr ? "rpm" : std::string(family->ecosystem);
}

// Name and version of the source package, as the document has them.
void SetSource(const Component& component, const ecosystems::Purl& purl, model::Package& package) {
  package.source_name = package.name;
  package.source_version = package.version;
  if (const std::string_view name = PropertyOf(component, "aquasecurity:trivy:SrcName");
      !name.empty()) {
    package.source_name = name;
    std::string version(PropertyOf(component, "aquasecurity:trivy:SrcVersion"));
    const std::string_view release = PropertyOf(component, "aquasecurity:trivy:SrcRelease");
    if (!release.empty()) version += "-" + std::string(release);
    if (!version.empty())
      package.source_version =
          WithEpoch(version, PropertyOf(component, "aquasecurity:trivy:SrcEpoch"));
    return;
  }
  std::string upstream = Qualifier(purl, "upstream");
  if (upstream.empty()) return;
  if (purl.type == "rpm") {
    for (const std::string_view suffix : {".src.rpm", ".nosrc.rpm"}) {
      if (!upstream.ends_with(suffix)) continue;
      upstream.resize(upstream.size() - suffix.size());
      const size_t release = upstream.rfind('-');
      if (release == std::string::npos || release == 0) return;
      const size_t version = upstream.rfind('-', release - 1);
      if (version == std::string::npos) return;
      package.source_name = upstream.substr(0, version);
      // The name of a source package has no epoch in it; it is the package's where their versions
      // are the same.
      package.source_version = upstream.substr(version + 1);
      if (ecosystems::rpm::WithoutEpoch(package.version) == package.source_version)
        package.source_version = package.version;
    }
    return;
  }
  const size_t at = upstream.find('@');
  package.source_name = upstream.substr(0, at);
  if (at != std::string::npos) package.source_version = upstream.substr(at + 1);
}

model::Package SystemPackage(const Component& component, const ecosystems::Purl& purl,
                             const std::optional<model::Distribution>& distribution) {
  model::Package package;
  package.name = purl.name;
  package.version = WithEpoch(OrElse(purl.version, component.version), Qualifier(purl, "epoch"));
  SetSource(component, purl, package);
  package.modularity = OrElse(OrElse(Qualifier(purl, "rpmmod"), Qualifier(purl, "modularitylabel")),
                              OrElse(PropertyOf(component, "aquasecurity:trivy:Modularitylabel"),
                                     PropertyOf(component, "syft:metadata:modularityLabel")));
  const auto own = DistributionOf(purl);
  const model::Distribution fallback{.id = DistributionId(purl.name_space)};
  package.ecosystem = EcosystemOf(purl, own ? *own : distribution.value_or(fallback));
  // Of another release than the document's: its advisories would be the wrong ones.
  if (own && distribution && !IsSameRelease(*own, *distribution))
    package.ecosystem += ":" + OrElse(own->version_id, own->version_codename);
  return package;
}

std::optional<model::Package> LanguagePackage(const Component& component,
                                              const ecosystems::Purl& purl) {
  for (const Language& language : kLanguages) {
    if (language.type != purl.type) continue;
    std::string name = Joined(purl, language.naming);
    // Where syft puts what is behind the third part of a module's path.
    if (purl.type == "golang" && !purl.subpath.empty()) name += "/" + purl.subpath;
    model::Package package;
    package.ecosystem = language.ecosystem;
    package.name = AsWritten(std::move(name), component);
    package.version = OrElse(purl.version, component.version);
    package.source_name = package.name;
    package.source_version = package.version;
    return package;
  }
  return std::nullopt;
}

// What Narrows wrote of a package is taken as it stands.
model::Package OwnPackage(const Component& component) {
  const auto own = [&](std::string_view name) {
    return std::string(PropertyOf(component, "narrows:" + std::string(name)));
  };
  model::Package package;
  package.ecosystem = own("ecosystem");
  package.name = component.name;
  package.version = component.version;
  package.source_name = OrElse(own("sourceName"), package.name);
  package.source_version = OrElse(own("sourceVersion"), package.version);
  package.modularity = own("modularity");
  package.vendor = own("vendor");
  package.owner = own("owner");
  package.evidence = model::Evidence::kBillOfMaterials;
  for (const auto evidence :
       {model::Evidence::kInstalled, model::Evidence::kExecutable, model::Evidence::kLockFile}) {
    if (ToString(evidence) == own("evidence")) package.evidence = evidence;
  }
  return package;
}

}  // namespace

bool IsOfDistribution(const ecosystems::Purl& purl) {
  return purl.type == "deb" || purl.type == "apk" || purl.type == "rpm" || purl.type == "alpm";
}

std::optional<model::Package> PackageOf(const Component& component, const ecosystems::Purl& purl,
                                        const std::optional<model::Distribution>& distribution) {
  std::optional<model::Package> package;
  if (!PropertyOf(component, "narrows:ecosystem").empty()) {
    package = OwnPackage(component);
  } else if (IsOfDistribution(purl)) {
    package = SystemPackage(component, purl, distribution);
    package->evidence = model::Evidence::kBillOfMaterials;
  } else if ((package = LanguagePackage(component, purl))) {
    package->evidence = model::Evidence::kBillOfMaterials;
    package->owner = PropertyOf(component, "narrows:owner");
  } else {
    return std::nullopt;
  }
  package->architecture = Qualifier(purl, "arch");
  package->purl = component.purl;
  package->path = OrElse(
      OrElse(PropertyOf(component, "narrows:path"), PropertyOf(component, "syft:location:0:path")),
      PropertyOf(component, "aquasecurity:trivy:FilePath"));
  package->layer = OrElse(OrElse(PropertyOf(component, "narrows:layer"),
                                 PropertyOf(component, "syft:location:0:layerID")),
                          PropertyOf(component, "aquasecurity:trivy:LayerDiffID"));
  return package;
}

}  // namespace narrows::inventory::sbom
