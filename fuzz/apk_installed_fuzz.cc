// Reads the input as apk's data base; packages must be usable as they come.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ecosystems/alpine/apk_extractor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto extractor = narrows::ecosystems::alpine::MakeApkExtractor();
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  auto extracted = extractor->Extract("lib/apk/db/installed", content);
  if (!extracted.has_value()) return 0;
  for (narrows::model::Package& package : extracted->packages) {
    if (package.name.empty() || package.version.empty() || package.source_name.empty())
      std::abort();
    extractor->Complete(package, {});
  }
  return 0;
}
