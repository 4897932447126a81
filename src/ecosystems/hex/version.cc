#include "ecosystems/hex/version.h"

#include "ecosystems/semver.h"

namespace narrows::ecosystems::hex {

std::unique_ptr<const VersionOrder> MakeHexVersionOrder() {
  return MakeSemVerOrder("Hex", "a Hex");
}

}  // namespace narrows::ecosystems::hex
