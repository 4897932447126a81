#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "inventory/sbom/bill_of_materials.h"
#include "model/image.h"
#include "registry/referrers.h"

namespace narrows::inventory::sbom {

inline constexpr size_t kMostAttachedBills = 8;  // of an image

// A bill of materials that somebody attached to an image. Whoever may push to the repository may
// attach; no signature is checked.
struct AttachedBill {
  std::string digest;  // of the file
  BillOfMaterials bill;
};

struct AttachedBills {
  std::vector<AttachedBill> bills;    // those that name packages
  std::vector<std::string> problems;  // what was found and could not be read, a sentence each
};

// Looks for them where they may be: the referrers of the image's manifest and of its index
// (`index` may be empty), the attestations in the index, and cosign's tags. An error only where the
// registry could not be asked.
Result<AttachedBills> FetchAttachedBills(registry::ReferrerRepository& repository,
                                         const std::string& manifest, const std::string& index,
                                         const CallContext& context);

// Adds to the analysis the packages that only the bill names, and tells how many. They are marked
// as such: their evidence is kBillOfMaterials, their path begins with "sbom:DIGEST". What the
// analysis has in the same version is not touched.
size_t AddSecondOpinion(const AttachedBill& attached, model::ImageAnalysis& analysis);

}  // namespace narrows::inventory::sbom
