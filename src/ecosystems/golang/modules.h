#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ecosystems/golang/build_info.h"
#include "ecosystems/package_extractor.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::golang {

// The version of the package "stdlib" in a program that this Go built, as the Go vulnerability
// database writes it: "go1.22.5 (vendor)" → "1.22.5", "go1.21rc2" → "1.21.0-rc.2", "go1.20" →
// "1.20.0". Nothing for what is no release ("devel …").
std::optional<std::string> StandardLibraryVersion(std::string_view go_version);

// Adds a module. One without a version, or replaced by a folder, is the program's own code and no
// package.
void AddModule(const Module& module, PackageExtractor::Extracted& extracted,
               Complaints& complaints);

// Sets ecosystem and purl.
void CompleteModule(model::Package& package);

}  // namespace narrows::ecosystems::golang
