// Reads the input as a pom.xml; dependencies must be usable as they come.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ecosystems/java/pom.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto extracted = narrows::ecosystems::java::ParsePom(
      std::string_view(reinterpret_cast<const char*>(data), size));
  if (!extracted.has_value()) return 0;
  for (const narrows::model::Package& package : extracted->packages) {
    if (package.name.empty() || package.version.empty()) std::abort();
  }
  return 0;
}
