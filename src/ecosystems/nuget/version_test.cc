#include "ecosystems/nuget/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::nuget {
namespace {

TEST(NuGetVersion, HasAFourthNumberAndCaselessPreReleases) {
  ExpectAscending(*MakeNuGetVersionOrder(),
                  {"1.0.0-alpha", "1.0.0-Alpha.1", "1.0.0-BETA", "1.0.0-beta.2", "1.0.0-beta.10",
                   "1.0.0-rc", "1.0.0", "1.0.0.1-a", "1.0.0.1", "1.0.1"});
  ExpectPairs(*MakeNuGetVersionOrder(), {{"1.0", '=', "1.0.0.0"},
                                         {"1.01.0", '=', "1.1"},
                                         {"1.0.0-RC.1", '=', "1.0.0-rc.1"},
                                         {"1.0.0+a", '=', "1.0.0+b"}});
}

TEST(NuGetVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakeNuGetVersionOrder(), "a NuGet",
                {"", "1.", "a", "1.0.0.0.0", "1.0-", "1.0-a..b", "1.0+", "1.0.*", "[1.0,2.0)"});
}

TEST(NuGetVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeNuGetVersionOrder(), {"0", "1", "00", "10", ".", "-", "+", "a", "A", "b"});
}

}  // namespace
}  // namespace narrows::ecosystems::nuget
