#include "ecosystems/java/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::java {
namespace {

TEST(MavenVersion, QualifiersAreInTheReferencesOrder) {
  ExpectAscending(
      *MakeMavenVersionOrder(),
      {"1-alpha2",     "1-alpha-123", "1-beta-2", "1-beta123", "1-m2",  "1-m11", "1-rc",
       "1-rc2",        "1-snapshot",  "1",        "1-sp",      "1-sp2", "1-abc", "1-xyz",
       "1-1-snapshot", "1-1",         "1-2",      "1-123",     "1.1",   "1.2",   "1.10"});
}

TEST(MavenVersion, TrailingNullsAndSpellingsDoNotCount) {
  ExpectPairs(*MakeMavenVersionOrder(), {{"1", '=', "1.0.0"},
                                         {"1-ga", '=', "1"},
                                         {"1.0.Final", '=', "1"},
                                         {"1.0-release", '=', "1"},
                                         {"1.0.0-0.0", '=', "1"},
                                         {"1.0-foo", '=', "1-foo"},
                                         {"1-a1", '=', "1-alpha-1"},
                                         {"1b2", '=', "1-beta-2"},
                                         {"1-cr1", '=', "1-RC-1"},
                                         {"1-a", '>', "1-alpha"},
                                         {"01.002", '=', "1.2"},
                                         {"1..1", '=', "1.0.1"}});
}

TEST(MavenVersion, OrdersVersionsAsTheyOccur) {
  ExpectPairs(*MakeMavenVersionOrder(), {{"2.14.1", '<', "2.15.0"},
                                         {"2.0-beta9", '<', "2.0-rc1"},
                                         {"5.3.18.RELEASE", '=', "5.3.18"},
                                         {"4.1.76.Final", '<', "4.1.77.Final"},
                                         {"32.0.0-android", '<', "32.0.1-jre"},
                                         {"9.0.0.M1", '<', "9.0.0"},
                                         {"1.0-20230101.120000-1", '>', "1.0"},
                                         {"20231013", '>', "20230227"},
                                         {"99999999999999999999", '<', "100000000000000000000"}});
}

// ComparableVersion of Maven has it both ways: 1-alpha < 1 < 1.sp.1, and 1.sp.1 < 1-alpha.
TEST(MavenVersion, WhatMavenContradictsItselfInIsOrderedByTheCommonBeginning) {
  ExpectAscending(*MakeMavenVersionOrder(), {"1-alpha", "1", "1.sp.1"});
  ExpectAscending(*MakeMavenVersionOrder(), {"1.0.alpha.1", "1", "1-1"});
}

TEST(MavenVersion, RefusesOthersAndSaysWhy) {
  const auto order = MakeMavenVersionOrder();
  ExpectRefused(*order, "a Maven", {"", " ", "1 0", "1\n", "1\xc3\xa9"});
  ExpectValid(*order, {"LATEST", "-", "1_2+3"});
}

TEST(MavenVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeMavenVersionOrder(),
                   {"1", "0", "2", ".", ".", "-", "-", "a", "rc", "sp", "ga", "x", "alpha"});
}

}  // namespace
}  // namespace narrows::ecosystems::java
