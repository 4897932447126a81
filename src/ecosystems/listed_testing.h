#pragma once

// For tests only.

#include <string>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::ecosystems {

// "name version" of each package, or the error's message.
inline std::vector<std::string> Listed(const Result<PackageExtractor::Extracted>& extracted) {
  if (!extracted.has_value()) return {extracted.error().message};
  std::vector<std::string> list;
  for (const model::Package& package : extracted->packages)
    list.push_back(package.name + " " + package.version);
  return list;
}

}  // namespace narrows::ecosystems
