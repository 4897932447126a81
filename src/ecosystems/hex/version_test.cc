#include "ecosystems/hex/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::hex {
namespace {

TEST(HexVersion, IsSemVersPrecedence) {
  ExpectAscending(*MakeHexVersionOrder(), {"0.0.0-0", "0.9.0", "1.0.0-alpha.1", "1.0.0-rc.2",
                                           "1.0.0-rc.10", "1.0.0", "1.0.10"});
  ExpectPairs(*MakeHexVersionOrder(), {{"1.0.0+a", '=', "1.0.0+b"}});
}

TEST(HexVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakeHexVersionOrder(), "a Hex", {"", "1.0", "1.0.0.0", "01.0.0", "main"});
}

TEST(HexVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeHexVersionOrder(), {"0", "1", "00", "10", ".", "-", "+", "a", "Z"});
}

}  // namespace
}  // namespace narrows::ecosystems::hex
