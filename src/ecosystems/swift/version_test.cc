#include "ecosystems/swift/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::swift {
namespace {

TEST(SwiftVersion, IsSemVersPrecedence) {
  ExpectAscending(*MakeSwiftVersionOrder(), {"0.0.0-0", "0.9.0", "1.0.0-alpha.1", "1.0.0-rc.2",
                                             "1.0.0-rc.10", "1.0.0", "1.0.10"});
  ExpectPairs(*MakeSwiftVersionOrder(), {{"1.0.0+a", '=', "1.0.0+b"}});
}

TEST(SwiftVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakeSwiftVersionOrder(), "a Swift package",
                {"", "1.0", "1.0.0.0", "01.0.0", "main"});
}

TEST(SwiftVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeSwiftVersionOrder(), {"0", "1", "00", "10", ".", "-", "+", "a", "Z"});
}

}  // namespace
}  // namespace narrows::ecosystems::swift
