#include "inventory/sbom/bill_of_materials.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "ecosystems/purl.h"
#include "ecosystems/record_text.h"
#include "inventory/sbom/distribution.h"
#include "inventory/sbom/package_of.h"
#include "inventory/sbom/readers.h"

namespace narrows::inventory::sbom {
namespace {

static_assert(kMostBillBytes == kMostDocumentBytes);
constexpr size_t kMostPackages = 50'000;
constexpr size_t kMostNames = 5;  // of what is not judged
constexpr size_t kMostStatuses = 100;

bool IsOperatingSystem(const Component& component) { return component.type == "operating-system"; }

// Groups and descriptions of other things, which are no packages.
bool IsNoPackage(const Component& component) {
  constexpr std::array<std::string_view, 6> kTypes = {"file",   "data",    "machine-learning-model",
                                                      "source", "archive", "cryptographic-asset"};
  if (std::find(kTypes.begin(), kTypes.end(), component.type) != kTypes.end()) return true;
  // Trivy's lock files, nodes and the like, under which what is theirs stands.
  return component.version.empty() && (!PropertyOf(component, "aquasecurity:trivy:Class").empty() ||
                                       !PropertyOf(component, "aquasecurity:trivy:Type").empty());
}

bool IsImageType(std::string_view purl_type) { return purl_type == "oci" || purl_type == "docker"; }

// "sha256:…" of what the document is about, where it is an image.
std::string DigestOf(const Component& subject) {
  for (const std::string_view said :
       {PropertyOf(subject, "narrows:imageDigest"), std::string_view(subject.version)}) {
    if (said.size() == 71 && said.starts_with("sha256:") &&
        said.substr(7).find_first_not_of("0123456789abcdef") == std::string_view::npos)
      return std::string(said);
  }
  return {};
}

class Inventory {
 public:
  explicit Inventory(const Document& document) : document_(document) {}

  Result<model::ImageAnalysis> Take() && {
    analysis_.platform = {.os = "", .architecture = ""};
    analysis_.reference = document_.subject.name;
    analysis_.digest = DigestOf(document_.subject);
    FindDistribution();
    for (const Component& component : document_.components) {
      RETURN_IF_ERROR(Add(component));
    }
    Deduplicate();
    TellWhatIsMissing();
    return std::move(analysis_);
  }

 private:
  // The document's own word, else what most of its packages say.
  void FindDistribution() {
    std::map<std::pair<std::string, std::string>, std::pair<size_t, model::Distribution>> said;
    for (const Component& component : document_.components) {
      if (IsOperatingSystem(component)) {
        analysis_.distribution = DistributionOf(component);
        return;
      }
      if (component.purl.empty()) continue;
      const auto purl = ecosystems::ParsePurl(component.purl);
      if (!purl.has_value() || !IsOfDistribution(*purl)) continue;
      auto distribution = DistributionOf(*purl);
      if (!distribution) continue;
      auto& [count, first] = said[{distribution->id, distribution->version_id}];
      if (count++ == 0) first = *std::move(distribution);
    }
    const auto most = std::max_element(said.begin(), said.end(), [](const auto& a, const auto& b) {
      return a.second.first < b.second.first;
    });
    if (most != said.end()) analysis_.distribution = most->second.second;
  }

  Status Add(const Component& component) {
    if (IsOperatingSystem(component)) return Ok();
    const bool is_own = !PropertyOf(component, "narrows:ecosystem").empty();
    if (component.purl.empty() && !is_own) {
      if (!component.is_subject && !IsNoPackage(component))
        Miss(component.type == "container" ? "container images, each to be scanned for itself"
                                           : "components without a package URL",
             component);
      return Ok();
    }
    auto purl = component.purl.empty() ? Result<ecosystems::Purl>(ecosystems::Purl())
                                       : ecosystems::ParsePurl(component.purl);
    if (!purl.has_value()) {
      Miss("components whose package URL cannot be read", component);
      return Ok();
    }
    if (IsImageType(purl->type)) {
      if (!component.is_subject) Miss("container images, each to be scanned for itself", component);
      return Ok();
    }
    auto package = PackageOf(component, *purl, analysis_.distribution);
    if (!package) {
      if (!component.is_subject)
        Miss("components of the type pkg:" + Printable(purl->type, 40) +
                 ", of which there are no advisories",
             component);
    } else if (package->version.empty()) {
      if (!component.is_subject) Miss("components without a version", component);
    } else if (!ecosystems::IsToken(package->name) || !ecosystems::IsToken(package->version)) {
      Miss("components without a usable name or version", component);
    } else {
      return AddPackage(*std::move(package), IsOfDistribution(*purl));
    }
    return Ok();
  }

  Status AddPackage(model::Package package, bool of_distribution) {
    if (analysis_.packages.size() == kMostPackages)
      return ResourceExhausted("the document names more than " + std::to_string(kMostPackages) +
                               " packages");
    if (of_distribution) analysis_.has_package_database = true;
    // "2.5.9-109.module_el8.5.0+259": built in a module, of which some formats don't say the
    // stream.
    if (package.modularity.empty() && package.purl.starts_with("pkg:rpm/") &&
        package.version.find(".module") != std::string::npos)
      Count(package.name, streamless_);
    analysis_.packages.push_back(std::move(package));
    return Ok();
  }

  // A component that is not judged, and why not.
  void Miss(const std::string& kind, const Component& component) {
    Count(component.purl.empty() ? component.name : component.purl, missed_[kind]);
  }

  using Counted = std::pair<size_t, std::vector<std::string>>;  // how many, the first of them

  static void Count(const std::string& name, Counted& counted) {
    ++counted.first;
    if (counted.second.size() < kMostNames) counted.second.push_back(Printable(name, 100));
  }

  static std::string Listed(const Counted& counted) {
    return " (" + Join(counted.second, ", ") +
           (counted.first > counted.second.size() ? ", …" : "") + ")";
  }

  // The same package is named once for each place it was found at; that one stays that is judged.
  void Deduplicate() {
    const auto key = [](const model::Package& package) {
      return std::tie(package.ecosystem, package.name, package.architecture, package.version);
    };
    const auto rank = [](const model::Package& package) {
      return std::tuple(!package.owner.empty(), package.evidence);
    };
    auto& packages = analysis_.packages;
    std::stable_sort(packages.begin(), packages.end(), [&](const auto& a, const auto& b) {
      if (key(a) != key(b)) return key(a) < key(b);
      if (rank(a) != rank(b)) return rank(a) < rank(b);
      return a.path < b.path;
    });
    packages.erase(std::unique(packages.begin(), packages.end(),
                               [&](const auto& a, const auto& b) { return key(a) == key(b); }),
                   packages.end());
  }

  void TellWhatIsMissing() {
    auto& statuses = analysis_.statuses;
    for (const auto& [kind, missed] : missed_) {
      statuses.push_back("not judged: " + std::to_string(missed.first) + " " + kind +
                         Listed(missed));
    }
    if (streamless_.first > 0)
      statuses.push_back(
          "judged by the advisories of every stream: " + std::to_string(streamless_.first) +
          " packages of modules whose stream the document does not say" + Listed(streamless_));
    if (document_.incomplete)
      statuses.emplace_back("the document says of itself that it is incomplete");
    for (const std::string& status : document_.statuses) {
      if (!document_.incomplete || statuses.size() >= kMostStatuses) break;
      statuses.push_back("it says: " + Printable(status, 300));
    }
    analysis_.complete = statuses.empty();
  }

  const Document& document_;
  model::ImageAnalysis analysis_;
  std::map<std::string, Counted> missed_;  // by why
  Counted streamless_;                     // packages of modules
};

}  // namespace

Result<BillOfMaterials> ReadBillOfMaterials(std::string_view bytes) {
  Document document;
  RETURN_IF_ERROR(ReadDocument(bytes, 0, document));
  BillOfMaterials bill{.format = document.format, .attested = document.attested};
  ASSIGN_OR_RETURN(bill.analysis, Inventory(document).Take());
  return bill;
}

}  // namespace narrows::inventory::sbom
