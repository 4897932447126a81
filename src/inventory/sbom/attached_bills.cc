#include "inventory/sbom/attached_bills.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "ecosystems/ecosystem_names.h"
#include "inventory/sbom/distribution.h"

namespace narrows::inventory::sbom {
namespace {

using registry::Annotations;

// Where cosign, BuildKit and sigstore's bundles say what an attestation is of.
std::string_view PredicateType(const Annotations& annotations) {
  for (const std::string_view key :
       {"predicateType", "in-toto.io/predicate-type", "dev.sigstore.bundle.predicateType"}) {
    if (const auto found = annotations.find(key); found != annotations.end()) return found->second;
  }
  return {};
}

bool NamesBill(std::string_view type) {
  const std::string lower = ToLower(type);
  return lower.find("cyclonedx") != std::string::npos || lower.find("spdx") != std::string::npos;
}

bool IsBill(const registry::AttachedFile& file, std::string_view predicate_of_artifact) {
  if (NamesBill(file.file.media_type)) return true;
  const std::string_view own = PredicateType(file.annotations);
  return NamesBill(own.empty() ? predicate_of_artifact : own);
}

class Search {
 public:
  Search(registry::ReferrerRepository& repository, const CallContext& context)
      : repository_(repository), context_(context) {}

  Status LookAt(const std::string& subject) {
    ASSIGN_OR_RETURN(const auto referrers, repository_.List(subject, "", context_));
    for (const registry::Referrer& referrer : referrers) ReadReferrer(referrer, subject);
    for (const char* suffix : {"sbom", "att"}) {
      ASSIGN_OR_RETURN(const auto files, repository_.Tagged(subject, suffix, context_));
      for (const registry::AttachedFile& file : files) {
        if (IsBill(file, "")) ReadBill(file);
      }
    }
    return Ok();
  }

  Status LookInIndex(const std::string& index, const std::string& manifest) {
    ASSIGN_OR_RETURN(const auto attestations, repository_.Attestations(index, manifest, context_));
    for (const registry::Referrer& attestation : attestations) ReadReferrer(attestation, manifest);
    return Ok();
  }

  AttachedBills Take() && { return std::move(found_); }

 private:
  void ReadReferrer(const registry::Referrer& referrer, const std::string& subject) {
    const std::string& type = referrer.artifact_type;
    const bool may_be = type.empty() || NamesBill(type) ||
                        type.find("in-toto") != std::string::npos ||
                        type.find("sigstore") != std::string::npos;
    if (!may_be) return;
    auto artifact = repository_.Fetch(referrer, subject, context_);
    if (!artifact.has_value()) {
      found_.problems.push_back(artifact.error().message);
      return;
    }
    std::string_view predicate = PredicateType(artifact->annotations);
    if (predicate.empty()) predicate = PredicateType(referrer.annotations);
    for (const registry::AttachedFile& file : artifact->files) {
      if (IsBill(file, predicate)) ReadBill(file);
    }
  }

  void ReadBill(const registry::AttachedFile& file) {
    const std::string& digest = file.file.digest;
    if (!read_.insert(digest).second) return;
    if (read_.size() > kMostAttachedBills) {
      if (read_.size() == kMostAttachedBills + 1)
        found_.problems.push_back("more than " + std::to_string(kMostAttachedBills) +
                                  " bills of materials are attached; the others were not read");
      return;
    }
    auto text = repository_.ReadFile(file.file, kMostBillBytes, context_);
    if (!text.has_value()) {
      found_.problems.push_back(text.error().message);
      return;
    }
    auto bill = ReadBillOfMaterials(*text);
    if (!bill.has_value()) {
      found_.problems.push_back(digest + ": " + bill.error().message);
    } else if (!bill->analysis.packages.empty()) {
      found_.bills.push_back({digest, *std::move(bill)});
    }
  }

  registry::ReferrerRepository& repository_;
  const CallContext& context_;
  AttachedBills found_;
  std::set<std::string> read_;  // digests of files
};

auto KeyOf(const model::Package& package) {
  return std::tuple(package.ecosystem, ecosystems::CanonicalName(package.ecosystem, package.name),
                    package.version);
}

}  // namespace

Result<AttachedBills> FetchAttachedBills(registry::ReferrerRepository& repository,
                                         const std::string& manifest, const std::string& index,
                                         const CallContext& context) {
  Search search(repository, context);
  RETURN_IF_ERROR(search.LookAt(manifest));
  if (!index.empty()) {
    RETURN_IF_ERROR(search.LookInIndex(index, manifest));
    RETURN_IF_ERROR(search.LookAt(index));
  }
  return std::move(search).Take();
}

size_t AddSecondOpinion(const AttachedBill& attached, model::ImageAnalysis& analysis) {
  std::set<std::tuple<std::string, std::string, std::string>> known;
  for (const model::Package& package : analysis.packages) known.insert(KeyOf(package));
  const auto& theirs = attached.bill.analysis.distribution;
  const bool other_release =
      theirs && analysis.distribution && !IsSameRelease(*theirs, *analysis.distribution);
  size_t added = 0;
  for (model::Package package : attached.bill.analysis.packages) {
    // The advisories of the image's release say nothing of it.
    if (other_release && ecosystems::IsDistribution(package.ecosystem) &&
        package.ecosystem.find(':') == std::string::npos)
      package.ecosystem += ":" + theirs->version_id;
    if (!known.insert(KeyOf(package)).second) continue;
    package.evidence = model::Evidence::kBillOfMaterials;
    package.path = "sbom:" + attached.digest + (package.path.empty() ? "" : "!") + package.path;
    package.layer.clear();
    analysis.packages.push_back(std::move(package));
    ++added;
  }
  std::stable_sort(analysis.packages.begin(), analysis.packages.end(),
                   [](const model::Package& a, const model::Package& b) {
                     return std::tie(a.ecosystem, a.name, a.architecture, a.version) <
                            std::tie(b.ecosystem, b.name, b.architecture, b.version);
                   });
  return added;
}

}  // namespace narrows::inventory::sbom
