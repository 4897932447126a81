#pragma once

#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "findings/vex/statements.h"
#include "model/image.h"
#include "registry/referrers.h"

namespace narrows::control {

struct AttachedVex {
  std::vector<findings::vex::SourcedDocument> documents;
  std::vector<std::string> warnings;  // what is attached and cannot be read, one sentence each
};

inline constexpr size_t kMostAttachedDocuments = 100;
inline constexpr size_t kMostAttachedBytes = size_t{16} << 20;  // of one

// The VEX documents that are attached to the image, its manifest or the index it was chosen from:
// referrers of the types in use, what BuildKit keeps in the index, and cosign's attestations, which
// may hold anything and are looked into. Whoever may push to the repository may attach; signatures
// are not looked at. Fails where the registry cannot be asked.
Result<AttachedVex> ReadAttachedVex(registry::ReferrerRepository& repository,
                                    const model::ImageAnalysis& image, const CallContext& context);

}  // namespace narrows::control
