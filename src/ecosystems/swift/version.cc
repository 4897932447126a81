#include "ecosystems/swift/version.h"

#include "ecosystems/semver.h"

namespace narrows::ecosystems::swift {

std::unique_ptr<const VersionOrder> MakeSwiftVersionOrder() {
  return MakeSemVerOrder("SwiftURL", "a Swift package");
}

}  // namespace narrows::ecosystems::swift
