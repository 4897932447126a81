#include "ecosystems/debian/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::debian {
namespace {

using Pair = OrderedPair;

class DebianVersionTable : public testing::TestWithParam<Pair> {};

TEST_P(DebianVersionTable, HoldsBothWays) { ExpectPairs(*MakeDebianVersionOrder(), {GetParam()}); }

INSTANTIATE_TEST_SUITE_P(
    Policy, DebianVersionTable,
    testing::Values(
        // The policy's own example: ~~, ~~a, ~, the empty part, a.
        Pair{"1~~", '<', "1~~a"}, Pair{"1~~a", '<', "1~"}, Pair{"1~", '<', "1"},
        Pair{"1", '<', "1a"},
        // Epochs.
        Pair{"1:0", '>', "9999"}, Pair{"0:1.2", '=', "1.2"}, Pair{"00:1.2", '=', "1.2"},
        Pair{"2:1", '>', "1:2"}, Pair{"1:1.2-3", '=', "1:1.2-3"},
        // Numbers have no leading zeros and no end.
        Pair{"1.01", '=', "1.1"}, Pair{"1.10", '>', "1.9"},
        Pair{"99999999999999999999999", '<', "100000000000000000000000"},
        // Letters sort before other characters.
        Pair{"1.0a", '<', "1.0+"}, Pair{"1.0+", '<', "1.0."}, Pair{"1.0a", '>', "1.0"},
        Pair{"1.0-1", '<', "1.0.1-1"},
        // A missing revision is 0.
        Pair{"1.0", '=', "1.0-0"}, Pair{"1.0-0", '<', "1.0-0.1"}, Pair{"1.0-1", '>', "1.0"},
        // The revision begins after the last hyphen.
        Pair{"1.0-a-1", '>', "1.0-1"}, Pair{"1.2-3", '<', "1.2-3+deb12u1"},
        Pair{"1.2-3~deb11u1", '<', "1.2-3"}, Pair{"1.2-3+b1", '>', "1.2-3"},
        // Pre-releases and security uploads as they occur.
        Pair{"2.36-9+deb12u1", '<', "2.36-9+deb12u3"}, Pair{"3.0.9-1", '>', "3.0.9~rc1-1"},
        Pair{"7.88.1-10+deb12u4", '<', "7.88.1-10+deb12u14"},
        Pair{"5.2.5-2ubuntu1", '<', "5.2.5-2ubuntu1.2"},
        Pair{"1:4.13+dfsg1-1+b1", '>', "1:4.13+dfsg1-1"}));

TEST(DebianVersion, AcceptsWhatThePolicyAllows) {
  const auto order = MakeDebianVersionOrder();
  for (const char* version : {"1", "1:2.3-4", "0:0", "1.2.3+dfsg-4~bpo1+1", "1:1:2-3", "1-2-3",
                              "2147483647:1", "1.0A+.-~z-1"}) {
    EXPECT_TRUE(order->Validate(version).has_value()) << version;
  }
}

TEST(DebianVersion, RefusesOthersAndSaysWhy) {
  const auto order = MakeDebianVersionOrder();
  for (const char* version :
       {"", ":1", "a:1", "-1:1", "1:", "1:-1", "1-", "1.0-", "a1", "1 2", "1_2", "1.0-1_2", "1/2",
        "2147483648:1", "99999999999999999999:1", "\xff", "1.0\n"}) {
    const Status status = order->Validate(version);
    ASSERT_FALSE(status.has_value()) << version;
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(status.error().message.find("not a Debian version"), std::string::npos);
  }
}

TEST(DebianVersion, UbuntuHasTheSameOrder) {
  const auto order = MakeUbuntuVersionOrder();
  EXPECT_EQ(order->Ecosystem(), "Ubuntu");
  EXPECT_TRUE(std::is_lt(order->Compare("1.0~a", "1.0")));
}

TEST(DebianVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeDebianVersionOrder(),
                   {"0", "0", "1", "9", "a", "Z", "~", "+", "-", ".", ":"});
}

}  // namespace
}  // namespace narrows::ecosystems::debian
