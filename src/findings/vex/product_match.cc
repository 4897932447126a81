#include "findings/vex/product_match.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "ecosystems/catalogue/every_version_order.h"
#include "ecosystems/ecosystem_names.h"
#include "findings/vex/platform_cpe.h"
#include "findings/vex/version_range.h"

namespace narrows::findings::vex {
namespace {

using advisories::vex::Component;
using ecosystems::Purl;

// Types whose names are without regard to case (purl specification, "Known types"); all of npm's,
// Maven's and crates' count.
bool IgnoresCase(std::string_view type) {
  constexpr std::array<std::string_view, 14> kTypes = {
      "alpm", "apk",    "bitnami", "composer", "deb",  "docker", "github",
      "hex",  "golang", "nuget",   "oci",      "pypi", "pub",    "swift"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

std::string NameOf(std::string_view type, std::string_view name) {
  if (type == "pypi") return ecosystems::CanonicalName("PyPI", name);
  return IgnoresCase(type) ? ToLower(name) : std::string(name);
}

// rpm's and apk's namespace is the vendor's name.
std::string NamespaceOf(std::string_view type, std::string_view name_space) {
  return type == "rpm" ? ToLower(name_space) : NameOf(type, name_space);
}

// Go's versions are written with and without their "v".
bool SameVersion(std::string_view type, std::string_view a, std::string_view b) {
  if (type == "golang") {
    if (a.starts_with('v')) a.remove_prefix(1);
    if (b.starts_with('v')) b.remove_prefix(1);
  }
  return a == b;
}

std::string_view Architecture(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSame = {
      {{"x86_64", "amd64"}, {"aarch64", "arm64"}, {"i686", "386"}, {"i386", "386"}}};
  for (const auto& [one, other] : kSame) {
    if (name == one) return other;
  }
  return name;
}

bool IsImageType(std::string_view type) { return type == "oci" || type == "docker"; }

// "debian-12", "bookworm", "debian-bookworm", "alpine-3.18" of 3.18.4.
bool NamesDistribution(std::string_view distro, const Subject& subject) {
  const auto& own = subject.purl()->qualifiers.find("distro");
  if (own != subject.purl()->qualifiers.end() && own->second == distro) return true;
  const auto& distribution = subject.target().image->distribution;
  if (!distribution) return false;
  const std::string stem = distribution->id + "-";
  const std::string& codename = distribution->version_codename;
  if (!codename.empty() && (distro == codename || distro == stem + codename)) return true;
  const std::string release = stem + distribution->version_id;
  return release == distro || release.starts_with(std::string(distro) + ".");
}

bool HasQualifier(std::string_view key, std::string_view value, const Subject& subject) {
  if (key == "distro") return NamesDistribution(value, subject);
  if (key == "arch")
    return Architecture(value) == Architecture(subject.package().architecture) ||
           value == "source" || value == "src";
  const auto own = subject.purl()->qualifiers.find(key);
  if (own == subject.purl()->qualifiers.end()) return key == "epoch" && value == "0";
  return own->second == value;
}

bool SpeaksOfSource(const Purl& purl) {
  const auto arch = purl.qualifiers.find("arch");
  return arch != purl.qualifiers.end() && (arch->second == "source" || arch->second == "src");
}

// Versions under which the statement may name the package: with its epoch and without.
bool HasVersion(const Purl& purl, std::string_view version, const Subject& subject, bool source) {
  const model::Package& package = subject.package();
  if (!source)
    return SameVersion(purl.type, version, subject.purl()->version) ||
           SameVersion(purl.type, version, package.version);
  const std::string& own =
      package.source_version.empty() ? package.version : package.source_version;
  const std::string_view after_epoch =
      std::string_view(own).substr(own.find(':') == own.npos ? 0 : own.find(':') + 1);
  return version == own || (purl.type == "rpm" && version == after_epoch);
}

bool IsPackage(const Component& component, const Purl& purl, const Subject& subject) {
  const auto& own = subject.purl();
  const model::Package& package = subject.package();
  if (!own || purl.type != own->type || purl.subpath != own->subpath ||
      NamespaceOf(purl.type, purl.name_space) != NamespaceOf(own->type, own->name_space)) {
    return false;
  }
  const bool source = SpeaksOfSource(purl);
  const std::string_view name =
      source && !package.source_name.empty() ? package.source_name : own->name;
  if (NameOf(purl.type, purl.name) != NameOf(purl.type, name)) return false;
  const std::string& version = purl.version.empty() ? component.version : purl.version;
  if (!version.empty()) {
    if (!HasVersion(purl, version, subject, source)) return false;
  } else if (!component.range.empty()) {
    static const ecosystems::VersionOrders kOrders = ecosystems::catalogue::EveryVersionOrder();
    const auto* order = ecosystems::FindVersionOrder(kOrders, package.ecosystem);
    if (order == nullptr || !InRange(component.range, purl.type, package.version, *order))
      return false;
  }
  return std::all_of(purl.qualifiers.begin(), purl.qualifiers.end(), [&](const auto& qualifier) {
    return HasQualifier(qualifier.first, qualifier.second, subject);
  });
}

bool HasDigest(const model::ImageAnalysis& image, std::string_view digest) {
  return !digest.empty() &&
         (digest == image.digest || digest == image.index_digest || digest == image.config_digest);
}

// The repository that the purl names; of pkg:oci without a repository_url the last part only.
// pkg:oci/NAME@DIGEST?repository_url=HOST/PATH/NAME (many leave the NAME out there),
// pkg:docker/PATH/NAME@TAG?repository_url=HOST.
bool NamesRepository(const Purl& purl, std::string_view repository) {
  const std::string name =
      ToLower(purl.name_space.empty() ? purl.name : purl.name_space + "/" + purl.name);
  const auto found = purl.qualifiers.find("repository_url");
  std::string_view url = found == purl.qualifiers.end() ? std::string_view() : found->second;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (url.starts_with(scheme)) url.remove_prefix(scheme.size());
  }
  while (url.ends_with('/')) url.remove_suffix(1);
  if (purl.type == "docker") {
    const std::string host = url.empty() ? "docker.io" : std::string(url);
    return repository == host + "/" + name ||
           (purl.name_space.empty() && repository == host + "/library/" + name);
  }
  if (url.empty()) return repository.ends_with("/" + name);
  return repository == std::string(url) + "/" + name ||
         (url.ends_with("/" + name) && repository == url);
}

bool IsImage(const Component& component, const Purl& purl, const Target& target) {
  const std::string& version = purl.version.empty() ? component.version : purl.version;
  const bool known = HasDigest(*target.image, version);
  if (!version.empty() && !known && version != target.tag) return false;
  const model::Platform& platform = target.image->platform;
  for (const auto& [key, value] : purl.qualifiers) {
    if (key == "repository_url") continue;
    const bool same = (key == "tag" && value == target.tag) ||
                      (key == "os" && value == platform.os) ||
                      (key == "arch" && Architecture(value) == Architecture(platform.architecture));
    if (!same) return false;
  }
  // An image from a file has its digest only.
  return target.repository.empty() ? known : NamesRepository(purl, target.repository);
}

bool IsModule(const Purl& purl, const Subject& subject) {
  // "name:stream:version:context"; a purl's name and version are those parts.
  const std::string module = purl.name + ":" + purl.version;
  const std::string& own = subject.package().modularity;
  return purl.type == "rpmmod" && !own.empty() &&
         (purl.version.empty() ? own.starts_with(purl.name + ":")
                               : own == module || own.starts_with(module + ":"));
}

// Whether `whole` is the executable or the archive that `part` was found in.
bool Holds(const model::Package& whole, const model::Package& part) {
  if (&whole == &part || whole.path.empty()) return false;
  if (whole.path == part.path) return whole.evidence == model::Evidence::kExecutable;
  return part.path.starts_with(whole.path) &&
         (part.path[whole.path.size()] == '!' || part.path[whole.path.size()] == '/');
}

bool IsInPackage(const Component& component, const Purl& purl, const Subject& subject) {
  const auto& packages = subject.target().image->packages;
  return std::any_of(packages.begin(), packages.end(), [&](const model::Package& package) {
    return Holds(package, subject.package()) &&
           IsPackage(component, purl, Subject(package, subject.target()));
  });
}

bool IsInRelease(const Component& component, const Subject& subject) {
  const auto& distribution = subject.target().image->distribution;
  return distribution &&
         std::any_of(component.cpes.begin(), component.cpes.end(),
                     [&](const std::string& cpe) { return NamesRelease(cpe, *distribution); });
}

bool HasAnyDigest(const Component& component, const Subject& subject) {
  return std::any_of(
      component.digests.begin(), component.digests.end(),
      [&](const std::string& digest) { return HasDigest(*subject.target().image, digest); });
}

// What is spoken of: the package, or all that it is part of.
bool IsSpokenOf(const Component& component, const Subject& subject) {
  if (HasAnyDigest(component, subject)) return true;
  if (ecosystems::IsDistribution(subject.package().ecosystem) && IsInRelease(component, subject))
    return true;
  return std::any_of(component.purls.begin(), component.purls.end(), [&](const Purl& purl) {
    return IsImageType(purl.type) ? IsImage(component, purl, subject.target())
                                  : IsPackage(component, purl, subject);
  });
}

bool IsPartOf(const Component& component, const Subject& subject) {
  if (HasAnyDigest(component, subject) || IsInRelease(component, subject)) return true;
  return std::any_of(component.purls.begin(), component.purls.end(), [&](const Purl& purl) {
    if (IsImageType(purl.type)) return IsImage(component, purl, subject.target());
    return IsModule(purl, subject) || IsPackage(component, purl, subject) ||
           IsInPackage(component, purl, subject);
  });
}

}  // namespace

Subject::Subject(const model::Package& package, const Target& target)
    : package_(package), target_(target) {
  auto purl = ecosystems::ParsePurl(package.purl);
  if (purl.has_value()) purl_ = *std::move(purl);
}

bool Matches(const advisories::vex::Product& product, const Subject& subject) {
  if (product.path.empty() || !IsSpokenOf(product.path.front(), subject)) return false;
  return std::all_of(product.path.begin() + 1, product.path.end(),
                     [&](const Component& component) { return IsPartOf(component, subject); });
}

int Specificity(const advisories::vex::Product& product) {
  constexpr int kPart = 10'000;
  constexpr int kVersion = 100;
  constexpr int kPackage = 1'000;
  int specificity = 0;
  for (const Component& component : product.path) {
    specificity += kPart;
    bool version =
        !component.version.empty() || !component.range.empty() || !component.digests.empty();
    size_t qualifiers = 0;
    bool package = false;
    for (const Purl& purl : component.purls) {
      version = version || !purl.version.empty();
      qualifiers = std::max(qualifiers, purl.qualifiers.size());
      package = package || !IsImageType(purl.type);
    }
    if (&component == &product.path.front() && package) specificity += kPackage;
    if (version) specificity += kVersion;
    specificity += static_cast<int>(std::min<size_t>(qualifiers, 90));
  }
  return specificity;
}

}  // namespace narrows::findings::vex
