#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "ecosystems/version_order.h"

namespace narrows::ecosystems {

// Semantic Versioning 2.0.0 (https://semver.org/spec/v2.0.0.html): precedence by §11, validity by
// §2, §9 and §10. A leading "v" is no part of the version and is passed over, since many tools
// write it. Numbers have no upper limit (the specification gives none).
std::weak_ordering CompareSemVer(std::string_view a, std::string_view b);

// The same, but what follows the hyphen is the revision of a package, which comes after the version
// without it.
std::weak_ordering CompareSemVerWithRevision(std::string_view a, std::string_view b);

// Build metadata (what follows "+"), compared as pre-releases are, a version without before all
// with. §10 lets precedence ignore it; some ecosystems do not.
std::weak_ordering CompareBuildMetadata(std::string_view a, std::string_view b);

// `kind` names the version in the error: "an npm". `least_numbers` of major, minor and patch must
// be there; missing ones are 0.
Status ValidateSemVer(std::string_view version, std::string_view kind, int least_numbers = 3);

// The order of an ecosystem that takes the specification as it is. Both texts outlive it.
std::unique_ptr<const VersionOrder> MakeSemVerOrder(std::string_view ecosystem,
                                                    std::string_view kind);

}  // namespace narrows::ecosystems
