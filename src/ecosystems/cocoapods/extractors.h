#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::cocoapods {

// Of Podfile.lock. No advisories are published for this ecosystem.
std::vector<std::unique_ptr<PackageExtractor>> MakePodExtractors();

// The pods of a Podfile.lock, which CocoaPods writes in one way: "  - Name/Subspec (1.0.0)" below
// "PODS:". A subspec is of its pod. Pods of a folder (":path" in "EXTERNAL SOURCES:") are left out.
// kDataLoss when it has no pods.
Result<PackageExtractor::Extracted> ParsePodfileLock(std::string_view content);

}  // namespace narrows::ecosystems::cocoapods
