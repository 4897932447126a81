#include "ecosystems/pub/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::pub {
namespace {

TEST(PubVersion, BuildMetadataCountsLast) {
  ExpectAscending(*MakePubVersionOrder(),
                  {"1.0.0-alpha", "1.0.0-alpha+1", "1.0.0-alpha.1", "1.0.0-rc.1", "1.0.0",
                   "1.0.0+0", "1.0.0+0.3.7", "1.0.0+2", "1.0.0+10", "1.0.0+build", "1.0.1"});
}

TEST(PubVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakePubVersionOrder(), "a Pub", {"", "1.0", "1.0.0.0", "1.0.0+", "any"});
}

TEST(PubVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakePubVersionOrder(), {"0", "1", "00", "10", ".", "-", "+", "a", "Z"});
}

}  // namespace
}  // namespace narrows::ecosystems::pub
