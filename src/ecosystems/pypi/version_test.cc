#include "ecosystems/pypi/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::pypi {
namespace {

TEST(PythonVersion, PhasesOfAReleaseAreInTheSpecificationsOrder) {
  ExpectAscending(*MakePythonVersionOrder(),
                  {"1.0.dev456",    "1.0a1",         "1.0a2.dev456", "1.0a12.dev456",
                   "1.0a12",        "1.0b1.dev456",  "1.0b2",        "1.0b2.post345.dev456",
                   "1.0b2.post345", "1.0rc1.dev456", "1.0rc1",       "1.0",
                   "1.0+abc.5",     "1.0+abc.7",     "1.0+5",        "1.0.post456.dev34",
                   "1.0.post456",   "1.0.15",        "1.1.dev1",     "1!0.1"});
}

TEST(PythonVersion, SpellingsAreNormalized) {
  ExpectPairs(*MakePythonVersionOrder(), {{"1.1RC1", '=', "1.1rc1"},
                                          {"00.07", '=', "0.7"},
                                          {"1.1.a1", '=', "1.1a1"},
                                          {"1.1-alpha_1", '=', "1.1a1"},
                                          {"1.1c3", '=', "1.1rc3"},
                                          {"1.1-preview3", '=', "1.1rc3"},
                                          {"1.2a", '=', "1.2a0"},
                                          {"1.2-post2", '=', "1.2.post2"},
                                          {"1.2-r4", '=', "1.2.post4"},
                                          {"1.2-4", '=', "1.2.post4"},
                                          {"1.2.post", '=', "1.2.post0"},
                                          {"1.2-dev_2", '=', "1.2.dev2"},
                                          {"1.0+ubuntu-1", '=', "1.0+ubuntu.1"},
                                          {"v1.0", '=', "1.0"},
                                          {" 1.0\n", '=', "1.0"},
                                          {"1.0", '=', "1.0.0.0"},
                                          {"0!1", '=', "1"}});
}

TEST(PythonVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakePythonVersionOrder(), "a Python",
                {"", "a", "1.", "1..2", "1.0+", "1.0+a..b", "1.0+a.", "1!", "1!2!3", "1.0x",
                 "2004d", "1.0-", "1.0 .1", "french toast", "1.0a1a2", "1.0.post1.post2",
                 "1.0.dev1.post1", "\xff", "1.0+\xc3\xa9"});
}

TEST(PythonVersion, WhatIsNoVersionComesFirst) {
  const auto order = MakePythonVersionOrder();
  EXPECT_EQ(OrderOf(*order, "2004d", "0"), '<');
  EXPECT_EQ(OrderOf(*order, "2004d", "2004e"), '<');
}

TEST(PythonVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakePythonVersionOrder(), {"1", "0", "10", ".", "!", "-", "_", "+", "a", "rc",
                                               "post", ".dev", "1.0", "r"});
}

}  // namespace
}  // namespace narrows::ecosystems::pypi
