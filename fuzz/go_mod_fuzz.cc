// Reads the input as a go.mod file; modules must be usable as they come.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ecosystems/golang/mod_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  const auto extracted = narrows::ecosystems::golang::ParseModFile(content);
  if (!extracted.has_value()) return 0;
  for (const narrows::model::Package& package : extracted->packages) {
    if (package.name.empty() || package.version.empty()) std::abort();
  }
  return 0;
}
