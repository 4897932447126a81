#include "ecosystems/cargo/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::cargo {
namespace {

TEST(CargoVersion, IsSemVersPrecedence) {
  ExpectAscending(*MakeCargoVersionOrder(), {"0.0.0-0", "0.9.0", "1.0.0-alpha.1", "1.0.0-rc.2",
                                             "1.0.0-rc.10", "1.0.0", "1.0.10"});
  ExpectPairs(*MakeCargoVersionOrder(), {{"1.0.0+a", '=', "1.0.0+b"}});
}

TEST(CargoVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakeCargoVersionOrder(), "a Cargo", {"", "1.0", "1.0.0.0", "01.0.0", "main"});
}

TEST(CargoVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeCargoVersionOrder(), {"0", "1", "00", "10", ".", "-", "+", "a", "Z"});
}

}  // namespace
}  // namespace narrows::ecosystems::cargo
