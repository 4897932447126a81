#include "ecosystems/cran/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::cran {
namespace {

TEST(CranVersion, NumbersAreComparedOneByOne) {
  ExpectAscending(*MakeCranVersionOrder(),
                  {"0.9", "1.0", "1.0.0", "1.0.1", "1.2", "1.10", "1.10.0", "2.0"});
  ExpectPairs(*MakeCranVersionOrder(),
              {{"1.0-3", '=', "1.0.3"}, {"1.0-3", '<', "1.0-12"}, {"1.01", '=', "1.1"}});
}

TEST(CranVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakeCranVersionOrder(), "a CRAN", {"", "1", "1.", "1..2", "1.a", "1.0-", "1.0_1"});
}

TEST(CranVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeCranVersionOrder(), {"0", "1", "00", "10", ".", "-", "a"});
}

}  // namespace
}  // namespace narrows::ecosystems::cran
