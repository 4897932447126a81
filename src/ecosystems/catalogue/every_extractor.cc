#include "ecosystems/catalogue/every_extractor.h"

#include <utility>

#include "ecosystems/alpine/apk_extractor.h"
#include "ecosystems/cargo/extractors.h"
#include "ecosystems/composer/extractors.h"
#include "ecosystems/debian/dpkg_extractor.h"
#include "ecosystems/gem/extractors.h"
#include "ecosystems/golang/extractors.h"
#include "ecosystems/java/extractors.h"
#include "ecosystems/npm/extractors.h"
#include "ecosystems/nuget/extractors.h"
#include "ecosystems/pypi/extractors.h"
#include "ecosystems/rpm/rpm_extractor.h"

namespace narrows::ecosystems::catalogue {

std::vector<std::unique_ptr<const PackageExtractor>> EveryExtractor() {
  std::vector<std::unique_ptr<const PackageExtractor>> extractors;
  extractors.push_back(debian::MakeDpkgExtractor());
  extractors.push_back(alpine::MakeApkExtractor());
  extractors.push_back(rpm::MakeRpmExtractor());
  for (auto make : {cargo::MakeCargoExtractors, composer::MakeComposerExtractors,
                    gem::MakeGemExtractors, golang::MakeGoExtractors, java::MakeJavaExtractors,
                    npm::MakeNpmExtractors, nuget::MakeNuGetExtractors, pypi::MakePypiExtractors}) {
    for (auto& extractor : make()) extractors.push_back(std::move(extractor));
  }
  return extractors;
}

}  // namespace narrows::ecosystems::catalogue
