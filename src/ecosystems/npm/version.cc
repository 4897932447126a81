#include "ecosystems/npm/version.h"

#include "ecosystems/semver.h"

namespace narrows::ecosystems::npm {

std::unique_ptr<const VersionOrder> MakeNpmVersionOrder() {
  return MakeSemVerOrder("npm", "an npm");
}

}  // namespace narrows::ecosystems::npm
