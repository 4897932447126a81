// The first byte says which of NuGet's files the rest is read as; packages must be usable as they
// come.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ecosystems/nuget/extractors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 3> kPaths = {"a.deps.json", "packages.lock.json",
                                                      "packages.config"};
  static const auto extractors = narrows::ecosystems::nuget::MakeNuGetExtractors();
  if (size == 0) return 0;
  const std::string_view path = kPaths[data[0] % kPaths.size()];
  const std::string_view content(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const auto& extractor : extractors) {
    if (!extractor->Claims(path)) continue;
    auto extracted = extractor->Extract(path, content);
    if (!extracted.has_value()) continue;
    for (narrows::model::Package& package : extracted->packages) {
      if (package.name.empty() || package.version.empty()) std::abort();
      extractor->Complete(package, {});
    }
  }
  return 0;
}
