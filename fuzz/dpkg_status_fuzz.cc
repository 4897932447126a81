// Reads the input as dpkg's status file and as a file of status.d; packages must be usable as they
// come.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ecosystems/debian/dpkg_extractor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto extractor = narrows::ecosystems::debian::MakeDpkgExtractor();
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  for (const char* path : {"var/lib/dpkg/status", "var/lib/dpkg/status.d/x"}) {
    auto extracted = extractor->Extract(path, content);
    if (!extracted.has_value()) continue;
    for (narrows::model::Package& package : extracted->packages) {
      if (package.name.empty() || package.version.empty() || package.source_name.empty() ||
          package.source_version.empty())
        std::abort();
      extractor->Complete(package, {});
    }
  }
  return 0;
}
