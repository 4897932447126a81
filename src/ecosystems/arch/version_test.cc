#include "ecosystems/arch/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::arch {
namespace {

TEST(ArchVersion, OrdersAsTheManualsExamples) {
  ExpectAscending(*MakeArchVersionOrder(), {"1.0a-1", "1.0b-1", "1.0beta-1", "1.0p-1", "1.0pre-1",
                                            "1.0rc-1", "1.0-1", "1.0.a-1", "1.0.1-1"});
  ExpectAscending(*MakeArchVersionOrder(),
                  {"1-1", "1.0-1", "1.1-1", "1.1.1-1", "1.2-1", "2.0-1", "3.0.0-1"});
}

TEST(ArchVersion, EpochComesFirstAndReleaseLast) {
  ExpectPairs(*MakeArchVersionOrder(), {{"0:1.0-1", '=', "1.0-1"},
                                        {"1:1.0-1", '>', "2.0-9"},
                                        {"1.0-1", '<', "1.0-2"},
                                        {"1.0-1", '<', "1.0-1.1"},
                                        {"1.0-9", '<', "1.0-10"},
                                        {"1.01-1", '=', "1.1-1"}});
}

TEST(ArchVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakeArchVersionOrder(), "an Arch Linux",
                {"", "1.0", "-1", "1.0-", "a:1-1", "1 0-1"});
  EXPECT_FALSE(MakeArchVersionOrder()->Validate("1.0-a").has_value());
}

TEST(ArchVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeArchVersionOrder(), {"1", "0", "10", ".", "_", "-", ":", "a", "rc"});
}

}  // namespace
}  // namespace narrows::ecosystems::arch
