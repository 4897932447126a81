#include "ecosystems/hackage/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::hackage {
namespace {

TEST(HackageVersion, NumbersAreComparedOneByOne) {
  ExpectAscending(*MakeHackageVersionOrder(),
                  {"0.9", "1.0", "1.0.0", "1.0.1", "1.2", "1.10", "1.10.0", "2.0"});
  ExpectPairs(*MakeHackageVersionOrder(), {{"1.2", '<', "1.2.0"}, {"2", '>', "1.99"}});
}

TEST(HackageVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakeHackageVersionOrder(), "a Haskell",
                {"", "1.", "1..2", "1.a", "1.0-1", "1.2.*"});
}

TEST(HackageVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeHackageVersionOrder(), {"0", "1", "00", "10", ".", "-", "a"});
}

}  // namespace
}  // namespace narrows::ecosystems::hackage
