#include "ecosystems/ecosystem_names.h"

#include <gtest/gtest.h>

namespace narrows::ecosystems {
namespace {

TEST(CanonicalName, IsOneForAllSpellingsThatARegistryTakes) {
  EXPECT_EQ(CanonicalName("PyPI", "Friendly-_.Bard"), "friendly-bard");
  EXPECT_EQ(CanonicalName("PyPI", "zope.interface"), "zope-interface");
  EXPECT_EQ(CanonicalName("NuGet", "Newtonsoft.Json"), "newtonsoft.json");
  EXPECT_EQ(CanonicalName("Packagist", "Symfony/HTTP-Kernel"), "symfony/http-kernel");
  EXPECT_EQ(CanonicalName("SwiftURL", "https://github.com/Apple/swift-nio.git"),
            "github.com/apple/swift-nio");
}

TEST(CanonicalName, IsTheNameItselfElsewhere) {
  EXPECT_EQ(CanonicalName("npm", "@Scope/Name"), "@Scope/Name");
  EXPECT_EQ(CanonicalName("Maven", "org.Example:A_b"), "org.Example:A_b");
  EXPECT_EQ(CanonicalName("Go", "github.com/Masterminds/semver/v3"),
            "github.com/Masterminds/semver/v3");
  EXPECT_EQ(CanonicalName("Debian:12", "libA.b"), "libA.b");
  EXPECT_EQ(CanonicalName("", ""), "");
}

TEST(IsDistribution, LooksAtTheFamily) {
  EXPECT_TRUE(IsDistribution("Debian:12"));
  EXPECT_TRUE(IsDistribution("Red Hat:enterprise_linux:9::baseos"));
  EXPECT_TRUE(IsDistribution("Fedora"));
  EXPECT_FALSE(IsDistribution("npm"));
  EXPECT_FALSE(IsDistribution("Maven"));
  EXPECT_FALSE(IsDistribution(""));
}

}  // namespace
}  // namespace narrows::ecosystems
