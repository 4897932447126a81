#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems::hackage {

// Of cabal.project.freeze and stack.yaml.lock.
std::vector<std::unique_ptr<PackageExtractor>> MakeHackageExtractors();

// The packages that a cabal.project.freeze constrains to one version ("any.aeson ==2.1.2.1").
// kDataLoss when it has no constraints.
Result<PackageExtractor::Extracted> ParseCabalFreeze(std::string_view content);

// The packages of a stack.yaml.lock, which are those that the snapshot does not have: of Hackage
// ("aeson-2.1.2.1@sha256:…") and of archives and repositories (by name and version). kDataLoss when
// it lists none.
Result<PackageExtractor::Extracted> ParseStackLock(std::string_view content);

}  // namespace narrows::ecosystems::hackage
