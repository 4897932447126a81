#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ecosystems/rpm/rpm_extractor.h"

// Reads the input as the file of rpm's at `path`; packages must be usable as they come.
inline int ReadRpmFile(std::string_view path, const uint8_t* data, size_t size) {
  static const auto extractor = narrows::ecosystems::rpm::MakeRpmExtractor();
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  auto extracted = extractor->Extract(path, content);
  if (!extracted.has_value()) return 0;
  for (narrows::model::Package& package : extracted->packages) {
    if (package.name.empty() || package.version.empty() || package.source_name.empty() ||
        package.source_version.empty())
      std::abort();
    extractor->Complete(package, {.id = "rhel"});
  }
  return 0;
}
