#pragma once

#include <memory>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::alpine {

// apk's data base of installed packages, version 2: a text of one-letter fields (apk-tools,
// apk-v2(5) and the wiki page "Apk spec"), lib/apk/db/installed, or below usr/ where /lib is
// merged.
std::unique_ptr<PackageExtractor> MakeApkExtractor();

}  // namespace narrows::ecosystems::alpine
