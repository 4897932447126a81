#include "ecosystems/bitnami/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::bitnami {
namespace {

TEST(BitnamiVersion, ARevisionComesAfterTheVersion) {
  ExpectAscending(*MakeBitnamiVersionOrder(),
                  {"1.2.2-9", "1.2.3", "1.2.3-0", "1.2.3-2", "1.2.3-10", "1.2.3-10.1", "1.2.4"});
}

TEST(BitnamiVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakeBitnamiVersionOrder(), "a Bitnami",
                {"", "1.2", "1.2.3.4", "1.2.3-", "latest"});
}

TEST(BitnamiVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeBitnamiVersionOrder(), {"0", "1", "00", "10", ".", "-", "+", "a"});
}

}  // namespace
}  // namespace narrows::ecosystems::bitnami
