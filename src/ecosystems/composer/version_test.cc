#include "ecosystems/composer/version.h"

#include "ecosystems/version_order_conformance.h"

namespace narrows::ecosystems::composer {
namespace {

TEST(ComposerVersion, StabilitiesAreInOrder) {
  ExpectAscending(
      *MakeComposerVersionOrder(),
      {"1.0-dev", "1.0-alpha1", "1.0-alpha.2", "1.0a10", "1.0-beta1-dev", "1.0-beta1", "1.0-RC1",
       "1.0-rc2", "1.0", "1.0-patch1", "1.0pl2", "1.0.1", "1.0.1.1", "1.10", "1.x-dev", "2.0"});
}

TEST(ComposerVersion, SpellingsAreNormalized) {
  ExpectPairs(*MakeComposerVersionOrder(), {{"1", '=', "1.0.0.0"},
                                            {"v1.0", '=', "1.0.0"},
                                            {"1.0-stable", '=', "1.0"},
                                            {"1.0.0+build", '=', "1.0"},
                                            {"1.0b1", '=', "1.0-beta1"},
                                            {"1.0_p1", '=', "1.0-patch.1"},
                                            {"1.2.x-dev", '>', "1.2.99999"},
                                            {"1.2.x-dev", '<', "1.3"},
                                            {"2023-01-02", '=', "2023:01:02-stable"},
                                            {"20230102", '<', "20230102.1"},
                                            {"20230102-alpha", '<', "20230102"}});
}

TEST(ComposerVersion, RefusesOthersAndSaysWhy) {
  ExpectRefused(*MakeComposerVersionOrder(), "a Packagist",
                {"", "dev-main", "DEV-x", "a", "1.0.0.0.0", "1.0-foo", "1.0+", "1.0+a b", "1.0-a-b",
                 "^1.0", "1.0.x"});
}

TEST(ComposerVersion, IsATotalOrder) {
  ExpectTotalOrder(*MakeComposerVersionOrder(),
                   {"1", "0", "2023", "01", ".", "-", "_", "a", "rc", "p", "dev", "x", "+"});
}

}  // namespace
}  // namespace narrows::ecosystems::composer
