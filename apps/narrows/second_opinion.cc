#include "second_opinion.h"

#include <memory>
#include <utility>

#include "inventory/sbom/attached_bills.h"
#include "registry/referrers.h"
#include "registry_parts.h"
#include "target.h"

namespace narrows::app {

Status AskAttachedBills(const TargetFlags& flags, model::ImageAnalysis& image,
                        std::vector<std::string>& warnings, const CallContext& context) {
  const auto reference = RegistryReference(flags);
  if (!reference) return Ok();
  ASSIGN_OR_RETURN(registry::RegistryOptions options, MakeRegistryOptions(flags.registry));
  ASSIGN_OR_RETURN(options.credentials, MakeLoginCredentials(flags.registry));
  ASSIGN_OR_RETURN(const auto repository,
                   registry::MakeReferrerRepository(*reference, std::move(options)));
  auto found =
      inventory::sbom::FetchAttachedBills(*repository, image.digest, image.index_digest, context);
  if (!found.has_value()) return found.error().Within("bills of materials attached to the image");
  for (const inventory::sbom::AttachedBill& attached : found->bills) {
    const std::string what =
        "the bill of materials attached as " + attached.digest + " (" + attached.bill.format + ")";
    const size_t added = inventory::sbom::AddSecondOpinion(attached, image);
    warnings.push_back(
        added == 0 ? what + " names no package that was not found in the image"
                   : std::to_string(added) + " packages are named only by " + what +
                         ", of which was not verified who made it; their path begins with sbom:");
    for (const std::string& status : attached.bill.analysis.statuses)
      warnings.push_back(attached.digest + ": " + status);
  }
  if (found->bills.empty()) warnings.emplace_back("no bill of materials is attached to the image");
  for (const std::string& problem : found->problems) warnings.push_back(problem);
  return Ok();
}

}  // namespace narrows::app
