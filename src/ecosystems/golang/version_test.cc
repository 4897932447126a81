#include "ecosystems/golang/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::golang {
namespace {

TEST(GoVersion, PseudoVersionsStandBetweenReleases) {
  // The three forms of the Modules Reference, "Pseudo-versions".
  ExpectAscending(*MakeGoVersionOrder(),
                  {"0.0.0-20191109021931-daa7c04131f5", "0.0.0-20210101000000-000000000000",
                   "1.2.3-pre", "1.2.3-pre.0.20191109021931-daa7c04131f5", "1.2.3",
                   "1.2.4-0.20191109021931-daa7c04131f5", "1.2.4"});
}

TEST(GoVersion, TheLetterVAndBuildMetadataDoNotCount) {
  ExpectPairs(*MakeGoVersionOrder(), {{"v1.2.3", '=', "1.2.3"},
                                      {"2.0.0+incompatible", '=', "2.0.0"},
                                      {"v17.12.0-ce-rc1+incompatible", '<', "17.12.0+incompatible"},
                                      {"v1", '=', "1.0.0"},
                                      {"v1.2", '=', "v1.2.0"}});
}

TEST(GoVersion, ToolchainsAreOrderedAsGoDoes) {
  ExpectAscending(*MakeGoVersionOrder(), {"go1", "go1.2", "go1.4beta1", "go1.4rc1", "go1.4",
                                          "go1.4.1", "go1.20rc1", "go1.20", "go1.21", "go1.21rc1",
                                          "go1.21rc2", "go1.21.0", "go1.21.10", "go1.22rc10"});
  ExpectPairs(*MakeGoVersionOrder(), {{"go1.20", '=', "go1.20.0"},
                                      {"go1.21.3-custom", '=', "go1.21.3"},
                                      {"1.21rc1", '=', "go1.21rc1"},
                                      {"go1", '=', "go1.0.0"}});
}

TEST(GoVersion, ToolchainsMeetTheRangesOfAdvisories) {
  ExpectPairs(*MakeGoVersionOrder(), {{"go1.21.3", '=', "1.21.3"},
                                      {"go1.21.3", '<', "1.21.4"},
                                      {"go1.20", '>', "1.20.0-0"},
                                      {"go1.21rc2", '>', "1.21.0-0"},
                                      {"go1.21rc2", '=', "1.21.0-rc.2"},
                                      {"go1.21beta1", '<', "1.21.0-rc.1"},
                                      {"go1.21", '=', "1.21.0-0"}});
}

TEST(GoVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakeGoVersionOrder(), "a Go",
                {"", "v", "go", "(devel)", "devel go1.22-abc", "go1.", "go1.02", "go1.21.3rc1",
                 "v1-pre", "v1.2-pre", "v1.2.3.4", "master", "v1.2.3-01", "1.21rc01"});
}

TEST(GoVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeGoVersionOrder(),
                   {"go", "v", "1", "0", "20", "21", ".", "rc", "beta", "-", "+", "a"});
}

}  // namespace
}  // namespace narrows::ecosystems::golang
