#include "ecosystems/debian/version.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <tuple>

namespace narrows::ecosystems::debian {
namespace {

struct Pair {
  const char* a;
  char order;
  const char* b;
};

char OrderOf(std::string_view a, std::string_view b) {
  static const auto kOrder = MakeDebianVersionOrder();
  const auto order = kOrder->Compare(a, b);
  return std::is_lt(order) ? '<' : std::is_gt(order) ? '>' : '=';
}

class DebianVersionTable : public testing::TestWithParam<Pair> {};

TEST_P(DebianVersionTable, HoldsBothWays) {
  const auto [a, order, b] = GetParam();
  EXPECT_EQ(OrderOf(a, b), order) << a << ' ' << b;
  const char reversed = order == '<' ? '>' : order == '>' ? '<' : '=';
  EXPECT_EQ(OrderOf(b, a), reversed) << b << ' ' << a;
}

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

// Short texts of the characters that matter, valid or not, so that ties and prefixes are frequent.
rc::Gen<std::string> Versions() {
  return rc::gen::resize(
      9, rc::gen::container<std::string>(rc::gen::elementOf(std::string("0019aZ~+-.:"))));
}

TEST(DebianVersion, IsATotalOrder) {
  const auto order = MakeDebianVersionOrder();
  EXPECT_TRUE(rc::check("antisymmetric", [&] {
    const auto [a, b] = *rc::gen::pair(Versions(), Versions());
    const auto forth = order->Compare(a, b);
    const auto back = order->Compare(b, a);
    RC_ASSERT((std::is_lt(forth) == std::is_gt(back)));
    RC_ASSERT((std::is_eq(forth) == std::is_eq(back)));
    RC_ASSERT(std::is_eq(order->Compare(a, a)));
  }));
  EXPECT_TRUE(rc::check("transitive", [&] {
    const auto [a, b, c] = *rc::gen::tuple(Versions(), Versions(), Versions());
    if (std::is_lteq(order->Compare(a, b)) && std::is_lteq(order->Compare(b, c)))
      RC_ASSERT(std::is_lteq(order->Compare(a, c)));
    if (std::is_eq(order->Compare(a, b)) && std::is_eq(order->Compare(b, c)))
      RC_ASSERT(std::is_eq(order->Compare(a, c)));
  }));
}

}  // namespace
}  // namespace narrows::ecosystems::debian
