#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::fuzz {

using Extractors = std::vector<std::unique_ptr<ecosystems::PackageExtractor>>;

// The first byte says which of the paths the rest is read as; packages must be usable as they come.
inline void ReadLanguageFile(const Extractors& extractors, std::span<const std::string_view> paths,
                             const uint8_t* data, size_t size) {
  if (size == 0) return;
  const std::string_view path = paths[data[0] % paths.size()];
  const std::string_view content(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const auto& extractor : extractors) {
    if (!extractor->Claims(path)) continue;
    auto extracted = extractor->Extract(path, content);
    if (!extracted.has_value()) continue;
    for (model::Package& package : extracted->packages) {
      if (package.name.empty() || package.version.empty()) std::abort();
      extractor->Complete(package, {});
    }
  }
}

}  // namespace narrows::fuzz
