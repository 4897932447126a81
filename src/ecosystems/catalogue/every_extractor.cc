#include "ecosystems/catalogue/every_extractor.h"

#include <utility>

#include "ecosystems/alpine/apk_extractor.h"
#include "ecosystems/arch/pacman_extractor.h"
#include "ecosystems/bitnami/extractors.h"
#include "ecosystems/cargo/extractors.h"
#include "ecosystems/cocoapods/extractors.h"
#include "ecosystems/composer/extractors.h"
#include "ecosystems/conan/extractors.h"
#include "ecosystems/cran/extractors.h"
#include "ecosystems/debian/dpkg_extractor.h"
#include "ecosystems/gem/extractors.h"
#include "ecosystems/golang/extractors.h"
#include "ecosystems/hackage/extractors.h"
#include "ecosystems/hex/extractors.h"
#include "ecosystems/java/extractors.h"
#include "ecosystems/npm/extractors.h"
#include "ecosystems/nuget/extractors.h"
#include "ecosystems/pub/extractors.h"
#include "ecosystems/pypi/extractors.h"
#include "ecosystems/rpm/rpm_extractor.h"
#include "ecosystems/runtimes/runtime_extractor.h"
#include "ecosystems/swift/extractors.h"

namespace narrows::ecosystems::catalogue {

std::vector<std::unique_ptr<const PackageExtractor>> EveryExtractor() {
  std::vector<std::unique_ptr<const PackageExtractor>> extractors;
  extractors.push_back(debian::MakeDpkgExtractor());
  extractors.push_back(alpine::MakeApkExtractor());
  extractors.push_back(rpm::MakeRpmExtractor());
  extractors.push_back(arch::MakePacmanExtractor());
  extractors.push_back(runtimes::MakeRuntimeExtractor());
  for (auto make :
       {bitnami::MakeBitnamiExtractors, cargo::MakeCargoExtractors, cocoapods::MakePodExtractors,
        composer::MakeComposerExtractors, conan::MakeConanExtractors, cran::MakeCranExtractors,
        gem::MakeGemExtractors, golang::MakeGoExtractors, hackage::MakeHackageExtractors,
        hex::MakeHexExtractors, java::MakeJavaExtractors, npm::MakeNpmExtractors,
        nuget::MakeNuGetExtractors, pub::MakePubExtractors, pypi::MakePypiExtractors,
        swift::MakeSwiftExtractors}) {
    for (auto& extractor : make()) extractors.push_back(std::move(extractor));
  }
  return extractors;
}

}  // namespace narrows::ecosystems::catalogue
