#include "ecosystems/composer/extractors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::composer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kPackages =
    R"([{"name": "monolog/monolog", "version": "2.9.1"}, {"name": "a/b", "version": "dev-main"},
        {"name": "c d", "version": "1"}])";

TEST(ComposerInstalled, IsReadInBothForms) {
  for (const std::string& text :
       {std::string(kPackages), R"({"packages": )" + std::string(kPackages) +
                                    R"(, "dev": true, "dev-package-names": []})"}) {
    const auto extracted = ParseInstalled(text);
    EXPECT_THAT(Listed(extracted), ElementsAre("monolog/monolog 2.9.1", "a/b dev-main"));
    EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'c d'")));
  }
  for (const char* text : {"", "{}", "1", "hello"}) EXPECT_FALSE(ParseInstalled(text).has_value());
}

TEST(ComposerLock, LeavesOutWhatIsForDevelopment) {
  EXPECT_THAT(Listed(ParseComposerLock(R"({"packages": [{"name": "a/b", "version": "v1.0"}],
                                   "packages-dev": [{"name": "c/d", "version": "v2.0"}]})")),
              ElementsAre("a/b v1.0"));
  for (const char* text : {"", "{}", "[]", "hello"})
    EXPECT_FALSE(ParseComposerLock(text).has_value());
}

TEST(ComposerExtractors, TakeInstalledPackagesAndTheProjectsLockFile) {
  const auto extractors = MakeComposerExtractors();
  ASSERT_EQ(extractors.size(), 2u);
  EXPECT_TRUE(extractors[0]->Claims("var/www/vendor/composer/installed.json"));
  EXPECT_FALSE(extractors[0]->Claims("var/www/installed.json"));
  EXPECT_TRUE(extractors[1]->Claims("var/www/composer.lock"));
  EXPECT_FALSE(extractors[1]->Claims("var/www/vendor/a/b/composer.lock"));
  model::Package package{.name = "Monolog/monolog", .version = "2.9.1"};
  extractors[0]->Complete(package, {});
  EXPECT_EQ(package.ecosystem, "Packagist");
  EXPECT_EQ(package.purl, "pkg:composer/monolog/monolog@2.9.1");
}

}  // namespace
}  // namespace narrows::ecosystems::composer
