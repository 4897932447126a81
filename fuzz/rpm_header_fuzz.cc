// Reads the input as the header of an installed package and lists the files that it owns.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ecosystems/rpm/header.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view blob(reinterpret_cast<const char*>(data), size);
  (void)narrows::ecosystems::rpm::ParseHeader(blob);
  narrows::ecosystems::rpm::ForEachFile(blob, [](std::string_view) {});
  return 0;
}
