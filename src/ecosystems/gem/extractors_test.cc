#include "ecosystems/gem/extractors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::gem {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Gemspec, GivesNameAndVersion) {
  EXPECT_THAT(Listed(ParseGemspec("# -*- encoding: utf-8 -*-\n# stub: rake 13.0.6 ruby lib\n\n"
                                  "Gem::Specification.new do |s|\n  s.name = \"rake\".freeze\n"
                                  "  s.version = \"13.0.6\"\n\n  s.rubygems_version = \"3\"\n")),
              ElementsAre("rake 13.0.6"));
  EXPECT_THAT(Listed(ParseGemspec("  s.name = 'a'\n  s.version = Gem::Version.new(\"1\")\n")),
              IsEmpty());
  EXPECT_THAT(Listed(ParseGemspec("")), IsEmpty());
  EXPECT_FALSE(ParseGemspec("s.name = \"a b\"\ns.version = \"1\"\n").has_value());
}

TEST(GemfileLock, ListsGemsOfRegistriesAndRepositories) {
  const auto extracted = ParseGemfileLock(
      "GIT\n  remote: https://example.org/a.git\n  revision: 00\n  specs:\n    a (0.1.0)\n\n"
      "PATH\n  remote: .\n  specs:\n    own (1.0.0)\n      rack (>= 2)\n\n"
      "GEM\r\n  remote: https://rubygems.org/\r\n  specs:\r\n    nokogiri (1.13.3-x86_64-linux)\r\n"
      "      racc (~> 1.4)\r\n    rack (2.2.3)\r\n    odd\r\n\r\n"
      "PLATFORMS\n  x86_64-linux\n\nDEPENDENCIES\n  rack (= 2.2.3)\n\nBUNDLED WITH\n   2.3.7\n");
  EXPECT_THAT(Listed(extracted), ElementsAre("a 0.1.0", "nokogiri 1.13.3", "rack 2.2.3"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'odd'")));
  EXPECT_FALSE(ParseGemfileLock("").has_value());
  EXPECT_FALSE(ParseGemfileLock("hello").has_value());
}

TEST(GemExtractors, TakeInstalledGemsAndTheProjectsLockFile) {
  const auto extractors = MakeGemExtractors();
  ASSERT_EQ(extractors.size(), 2u);
  EXPECT_TRUE(extractors[0]->Claims("usr/lib/ruby/gems/3.1.0/specifications/rake-13.0.6.gemspec"));
  EXPECT_TRUE(extractors[0]->Claims("usr/lib/ruby/gems/3.1.0/specifications/default/a.gemspec"));
  EXPECT_FALSE(extractors[0]->Claims("usr/lib/ruby/gems/3.1.0/gems/a-1.0/a.gemspec"));
  EXPECT_TRUE(extractors[1]->Claims("app/Gemfile.lock"));
  EXPECT_TRUE(extractors[1]->Claims("app/gems.locked"));
  EXPECT_FALSE(extractors[1]->Claims("usr/lib/ruby/gems/3.1.0/gems/a-1.0/Gemfile.lock"));
  model::Package package{.name = "rake", .version = "13.0.6"};
  extractors[0]->Complete(package, {});
  EXPECT_EQ(package.ecosystem, "RubyGems");
  EXPECT_EQ(package.purl, "pkg:gem/rake@13.0.6");
}

}  // namespace
}  // namespace narrows::ecosystems::gem
