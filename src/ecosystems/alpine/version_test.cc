#include "ecosystems/alpine/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::alpine {
namespace {

using Pair = OrderedPair;

class AlpineVersionTable : public testing::TestWithParam<Pair> {};

TEST_P(AlpineVersionTable, HoldsBothWays) { ExpectPairs(*MakeAlpineVersionOrder(), {GetParam()}); }

INSTANTIATE_TEST_SUITE_P(
    Specification, AlpineVersionTable,
    testing::Values(
        Pair{"1.2", '<', "1.10"}, Pair{"1.2.3", '>', "1.2"}, Pair{"2.34", '>', "0.1.0_alpha"},
        Pair{"007", '=', "7"}, Pair{"99999999999999999999", '<', "100000000000000000000"},
        // A leading zero after a dot compares as text.
        Pair{"1.05", '<', "1.1"}, Pair{"1.0", '<', "1.00"}, Pair{"1.010", '<', "1.02"},
        Pair{"1.09", '<', "1.1"}, Pair{"1.0", '<', "1.1"},
        // Letters.
        Pair{"1.2a", '<', "1.2b"}, Pair{"1.2a", '>', "1.2"}, Pair{"1.2a", '<', "1.2.1"},
        Pair{"1.2a", '>', "1.2_p1"}, Pair{"1.0.2u-r0", '<', "1.1.0-r0"},
        // Suffixes in their order.
        Pair{"1_alpha", '<', "1_beta"}, Pair{"1_beta", '<', "1_pre"}, Pair{"1_pre", '<', "1_rc"},
        Pair{"1_rc", '<', "1"}, Pair{"1", '<', "1_cvs"}, Pair{"1_cvs", '<', "1_svn"},
        Pair{"1_svn", '<', "1_git"}, Pair{"1_git", '<', "1_hg"}, Pair{"1_hg", '<', "1_p"},
        Pair{"1_p9", '<', "1_p10"}, Pair{"1_p", '<', "1_p0"}, Pair{"1_rc1", '<', "1_rc2"},
        Pair{"1_alpha1", '<', "1_alpha_p1"}, Pair{"1_alpha_pre1", '<', "1_alpha"},
        Pair{"1_p1_git2", '>', "1_p1"}, Pair{"1.0_rc1-r5", '<', "1.0-r0"},
        Pair{"1.0_p1", '<', "1.0.1"},
        // Commit hashes and revisions.
        Pair{"1.0~abc", '<', "1.0~abd"}, Pair{"1.0~abc", '>', "1.0"},
        Pair{"1.0~abc", '>', "1.0-r9"}, Pair{"1.0-r0", '>', "1.0"}, Pair{"1.0-r9", '<', "1.0-r10"},
        Pair{"1.0-r1", '=', "1.0-r01"}, Pair{"1.0.1", '>', "1.0-r99"},
        Pair{"3.1.4-r5", '<', "3.1.4-r6"},
        // As they occur.
        Pair{"1.36.1-r2", '<', "1.36.1-r15"}, Pair{"9.0.2127-r0", '>', "9.0.1440-r0"},
        Pair{"1.2.4_git20230717-r4", '>', "1.2.4-r2"}, Pair{"20230506-r0", '<', "20230614-r0"},
        Pair{"6.4_p20230506-r0", '>', "6.4-r3"}));

TEST(AlpineVersion, AcceptsWhatTheSpecificationAllows) {
  const auto order = MakeAlpineVersionOrder();
  for (const char* version :
       {"0", "1.2.3", "1.2a", "1_alpha", "1_alpha2_p3", "1.0_git20230101~0a1f-r3", "1~abc", "1-r0",
        "20230506-r0", "1.0z_hg-r12"}) {
    EXPECT_TRUE(order->Validate(version).has_value()) << version;
  }
}

TEST(AlpineVersion, RefusesOthersAndSaysWhy) {
  const auto order = MakeAlpineVersionOrder();
  for (const char* version :
       {"",        "a",     ".1",      "1.", "1..2", "1ab", "1a.2",    "1A",
        "1_gamma", "1_",    "1_p1a",   "1-", "1-1",  "1-r", "1-r1-r2", "1-r1_p1",
        "1~",      "1~xyz", "1~ab_p1", "1 ", "1:2",  "1+2", "1-r1a",   "\xff"}) {
    const Status status = order->Validate(version);
    ASSERT_FALSE(status.has_value()) << version;
    EXPECT_NE(status.error().message.find("not an Alpine version"), std::string::npos);
  }
}

TEST(AlpineVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeAlpineVersionOrder(), {"0", "1", "01", "10", ".", ".0", ".1", "a", "_p",
                                               "_rc", "_alpha", "_git", "-r1", "-r", "~ab", "?"});
}

}  // namespace
}  // namespace narrows::ecosystems::alpine
