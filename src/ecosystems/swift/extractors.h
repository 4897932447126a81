#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::swift {

// Of Package.resolved.
std::vector<std::unique_ptr<PackageExtractor>> MakeSwiftExtractors();

// The pins of a Package.resolved of version 1, 2 or 3 that have a version, by the address of their
// repository ("github.com/apple/swift-nio"), or by "scope.name" where they come from a registry.
// Pins of a branch or a revision have no version, local ones no address; they are left out.
// kDataLoss when it has no pins.
Result<PackageExtractor::Extracted> ParsePackageResolved(std::string_view content);

}  // namespace narrows::ecosystems::swift
