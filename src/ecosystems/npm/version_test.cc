#include "ecosystems/npm/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::npm {
namespace {

TEST(NpmVersion, OrdersAsTheSpecificationsExample) {
  // §11.4's own example, and §11.2's.
  ExpectAscending(*MakeNpmVersionOrder(),
                  {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
                   "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "2.0.0", "2.1.0", "2.1.1"});
}

TEST(NpmVersion, OrdersNumbersByValueAndTextByByte) {
  ExpectPairs(*MakeNpmVersionOrder(),
              {{"1.10.0", '>', "1.9.0"},
               {"4.17.20", '<', "4.17.21"},
               {"1.0.0-0", '<', "1.0.0-a"},
               {"1.0.0-Z", '<', "1.0.0-a"},
               {"1.0.0-1a", '>', "1.0.0-99"},
               {"1.0.0-a-b", '>', "1.0.0-a"},
               {"1.0.0--1", '>', "1.0.0-1"},
               {"1.0.0-a.1", '>', "1.0.0-a"},
               {"99999999999999999999999.0.0", '<', "100000000000000000000000.0.0"}});
}

TEST(NpmVersion, BuildMetadataDoesNotCount) {
  ExpectPairs(*MakeNpmVersionOrder(),
              {{"1.0.0+a", '=', "1.0.0+b.2"}, {"1.0.0-rc.1+a", '=', "1.0.0-rc.1"}});
}

TEST(NpmVersion, RefusesOthersAndSaysWhy) {
  const auto order = MakeNpmVersionOrder();
  ExpectRefused(
      *order, "an npm",
      {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.02.3", "1.2.x", "a.b.c", "1.2.3-", "1.2.3-a..b",
       "1.2.3-01", "1.2.3+", "1.2.3+a..b", "1.2.3-a_b", " 1.2.3", "1.2.3 ", "\xff", "1.2.3\n"});
  ExpectValid(*order, {"v1.2.3", "0.0.0", "1.2.3-0a", "1.2.3+01", "1.2.3-a-b.0--+c-d.e"});
}

TEST(NpmVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeNpmVersionOrder(), {"0", "1", "00", "10", ".", "-", "+", "a", "Z", "v"});
}

}  // namespace
}  // namespace narrows::ecosystems::npm
