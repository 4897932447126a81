// Reads the input as a program of Go; modules must be usable as they come.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ecosystems/golang/modules.h"
#include "ecosystems/golang/program.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  auto extracted = narrows::ecosystems::golang::ParseProgram(content);
  if (!extracted.has_value()) return 0;
  for (narrows::model::Package& package : extracted->packages) {
    if (package.name.empty() || package.version.empty() || package.source_name != package.name)
      std::abort();
    narrows::ecosystems::golang::CompleteModule(package);
  }
  return 0;
}
