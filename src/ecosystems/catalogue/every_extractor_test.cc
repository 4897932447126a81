#include "ecosystems/catalogue/every_extractor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace narrows::ecosystems::catalogue {
namespace {

TEST(EveryExtractor, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const auto& extractor : EveryExtractor())
    EXPECT_TRUE(names.insert(extractor->Name()).second) << extractor->Name();
}

// A file of one kind is read once.
TEST(EveryExtractor, ClaimsNoFileOfAnother) {
  const auto extractors = EveryExtractor();
  for (const std::string_view path : {"var/lib/dpkg/status",
                                      "lib/apk/db/installed",
                                      "app/go.mod",
                                      "app/app.jar",
                                      "app/gradle.lockfile",
                                      "app/node_modules/a/package.json",
                                      "app/yarn.lock",
                                      "v/site-packages/a-1.dist-info/METADATA",
                                      "opt/conda/conda-meta/a-1-0.json",
                                      "app/requirements.txt",
                                      "app/poetry.lock",
                                      "app/Cargo.lock",
                                      "app/Gemfile.lock",
                                      "g/specifications/a.gemspec",
                                      "app/composer.lock",
                                      "app/vendor/composer/installed.json",
                                      "app/a.deps.json",
                                      "app/packages.lock.json",
                                      "var/lib/pacman/local/a-1-1/desc",
                                      "opt/bitnami/.bitnami_components.json",
                                      "app/Podfile.lock",
                                      "app/conan.lock",
                                      "lib/R/library/a/DESCRIPTION",
                                      "app/renv.lock",
                                      "app/cabal.project.freeze",
                                      "app/lib/a-1/ebin/a.app",
                                      "app/mix.lock",
                                      "app/pubspec.lock",
                                      "app/Package.resolved",
                                      "usr/local/go/VERSION",
                                      "opt/jdk/release"})
    EXPECT_EQ(std::count_if(extractors.begin(), extractors.end(),
                            [&](const auto& extractor) { return extractor->Claims(path); }),
              1)
        << path;
}

}  // namespace
}  // namespace narrows::ecosystems::catalogue
