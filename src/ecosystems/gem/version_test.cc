#include "ecosystems/gem/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::gem {
namespace {

TEST(RubyGemsVersion, LettersMakeAPreRelease) {
  ExpectAscending(*MakeRubyGemsVersionOrder(),
                  {"0.beta.1", "0.0.beta.2", "0.1", "1.0.a2", "1.0.a10", "1.0.b1", "1.0",
                   "1.0.1.rc1", "1.0.1", "1.10"});
}

TEST(RubyGemsVersion, ZerosAtTheEndsDoNotCount) {
  ExpectPairs(*MakeRubyGemsVersionOrder(), {{"1.0", '=', "1"},
                                            {"1.0.a", '=', "1.a"},
                                            {"1.a.0", '=', "1.a"},
                                            {"1.0-1", '=', "1.0.pre.1"},
                                            {"1.0-rc.1", '<', "1.0"},
                                            {"1.2.b1", '=', "1.2.b.1"},
                                            {"1.0.0-java", '<', "1.0.0"},
                                            {"01", '=', "1"}});
}

TEST(RubyGemsVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakeRubyGemsVersionOrder(), "a RubyGems",
                {"", "a", "1.", "1..2", ".1", "1_2", "1-", "1-a..b", "1.0 beta", "1+2", "v1"});
}

TEST(RubyGemsVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeRubyGemsVersionOrder(),
                   {"1", "0", "00", "10", ".", ".", "-", "a", "pre", "Z"});
}

}  // namespace
}  // namespace narrows::ecosystems::gem
