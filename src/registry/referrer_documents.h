#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "registry/referrers.h"

namespace narrows::registry {

// Internal to the referrers' client: what is read of an answer. Each is kInvalidArgument for what
// is malformed or has a digest that cannot be verified, kResourceExhausted above a limit.

// An index of referrers (OCI distribution specification 1.1, "Listing Referrers").
Result<std::vector<Referrer>> ParseReferrerIndex(std::string_view bytes);

// Those entries of an image's index that BuildKit made as attestations of its entry `subject`.
Result<std::vector<Referrer>> ParseIndexAttestations(std::string_view bytes,
                                                     std::string_view subject);

// A referrer's manifest.
Result<AttachedArtifact> ParseAttachedArtifact(std::string_view bytes);

// The address of the next page out of a Link header (RFC 8288); empty when there is none.
std::string_view NextPage(std::string_view link);

}  // namespace narrows::registry
