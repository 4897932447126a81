#include "ecosystems/cargo/version.h"

#include "ecosystems/semver.h"

namespace narrows::ecosystems::cargo {

std::unique_ptr<const VersionOrder> MakeCargoVersionOrder() {
  return MakeSemVerOrder("crates.io", "a Cargo");
}

}  // namespace narrows::ecosystems::cargo
