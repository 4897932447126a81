#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::cargo {

// Of programs by their audit data, and of Cargo.lock.
std::vector<std::unique_ptr<PackageExtractor>> MakeCargoExtractors();

// The crates that a program was built of, as `cargo auditable` lists them in a section (".dep-v0":
// JSON, compressed by zlib); those that only its build needed are left out. Nothing for a program
// without it.
Result<PackageExtractor::Extracted> ParseProgram(std::string_view content);

// The crates of a Cargo.lock that come from a registry or a repository; the project's own are left
// out.
Result<PackageExtractor::Extracted> ParseCargoLock(std::string_view content);

}  // namespace narrows::ecosystems::cargo
