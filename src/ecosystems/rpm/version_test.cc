#include "ecosystems/rpm/version.h"

#include <algorithm>

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::rpm {
namespace {

const VersionOrder& Order() {
  static const auto kOrders = MakeRpmVersionOrders();
  return *kOrders.front();
}

TEST(RpmVersion, ComparesAsTheManualSays) {
  ExpectPairs(
      Order(),
      {// Epochs come first, and an absent one is 0.
       {"1:0-1", '>', "9-9"},
       {"0:1.2-3", '=', "1.2-3"},
       {"2:1-1", '<', "10:1-1"},
       // An absent release is before every other.
       {"1.0", '<', "1.0-0"},
       {"1.0", '=', "1.0"},
       {"1.0-1", '<', "1.1"},
       // Numbers have no leading zeros and no end.
       {"1.01-1", '=', "1.1-1"},
       {"1.10-1", '>', "1.9-1"},
       {"99999999999999999999999", '<', "100000000000000000000000"},
       // Separators only separate, and need not be there between letters and digits.
       {"1.0-1", '=', "1_0-1"},
       {"1.0.", '=', "1.0"},
       {"5.5p1", '=', "5.5.p.1"},
       {"5.5p10", '>', "5.5p9"},
       // A number is after letters, and more is after less.
       {"1.a", '<', "1.1"},
       {"1.0a", '>', "1.0"},
       {"1.ab", '>', "1.a"},
       {"1.a", '>', "1.B"},
       // Tilde before the end, caret after it but before anything else.
       {"1.0~rc1-1", '<', "1.0-1"},
       {"1.0~~-1", '<', "1.0~-1"},
       {"1.0^git1-1", '>', "1.0-1"},
       {"1.0^git1-1", '<', "1.0.1-1"},
       {"1.0^git1~pre", '<', "1.0^git1"},
       {"1.0~rc1^git1", '>', "1.0~rc1"},
       {"1.0^", '<', "1.0a"},
       // As they occur.
       {"1:1.1.1k-12.el8_9", '<', "1:1.1.1k-14.el8_6"},
       {"4.18.0-553.el8_10", '<', "4.18.0-553.5.1.el8_10"},
       {"10.19.0-1.module_el8.6.0+2781+fed64c13", '>', "10.19.0-1.module_el8.5.0+2618+8d46dafd"},
       {"3.6.8-51.el8_8.2.alma.1", '>', "3.6.8-51.el8_8.2"}});
}

TEST(RpmVersion, ComparesOthersAsRpmDoes) {
  EXPECT_EQ(OrderOf(Order(), ":1.2-3", "1.2-3"), '=');
  EXPECT_EQ(OrderOf(Order(), "1..0", "1.0"), '=');
  // The release begins after the last hyphen.
  EXPECT_EQ(OrderOf(Order(), "1-2-3", "1-1-4"), '>');
}

TEST(RpmVersion, AcceptsWhatRpmbuildDoes) {
  ExpectValid(Order(), {"1", "1-1", "0:1-1", "4294967295:1-1", "1.0~rc1^git2+a_b-1.el9%{x}", "a",
                        "v1.12.10.redhat2-1.el7"});
}

TEST(RpmVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(Order(), "an rpm",
                {"", ":1", "4294967296:1", "1:", "1:-1", "1-", "-1", "1-2-3", "1 2", "1/2",
                 "1..2-1", "a:1", "1-1:2", "\xff", "1\n"});
}

TEST(RpmVersion, HasOneOrderForEachDistribution) {
  std::vector<std::string_view> names;
  for (const auto& order : MakeRpmVersionOrders()) names.push_back(order->Ecosystem());
  for (const char* name : {"AlmaLinux", "Rocky Linux", "Red Hat", "SUSE", "openSUSE"})
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
}

TEST(RpmVersion, LosesItsEpoch) {
  EXPECT_EQ(WithoutEpoch("4:1.2-3"), "1.2-3");
  EXPECT_EQ(WithoutEpoch("1.2-3"), "1.2-3");
  EXPECT_EQ(WithoutEpoch("a:1"), "a:1");
}

TEST(RpmVersion, IsATotalOrder) {
  ExpectTotalOrder(Order(), {"0", "1", "00", "9", "a", "Z", "~", "^", ".", ":", "-"});
}

}  // namespace
}  // namespace narrows::ecosystems::rpm
