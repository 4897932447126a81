#pragma once

#include <string_view>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::pypi {

// What lock files say is to be installed. Left out are the project's own folders and what the file
// itself marks as needed for development only (Pipfile.lock's "develop", poetry.lock's categories
// and groups other than "main"). Those in TOML and JSON give kDataLoss when the text is no such
// file.

// Requirements that are pinned by "==" or "===" (pip, "Requirements File Format"). The others say
// no version, and files that are referred to are not followed.
Result<PackageExtractor::Extracted> ParseRequirements(std::string_view content);

Result<PackageExtractor::Extracted> ParsePipfileLock(std::string_view content);

// poetry.lock, uv.lock and pdm.lock ("[[package]]"), and pylock.toml ("[[packages]]",
// packaging.python.org, "pylock.toml Specification").
Result<PackageExtractor::Extracted> ParseTomlLock(std::string_view content);

}  // namespace narrows::ecosystems::pypi
