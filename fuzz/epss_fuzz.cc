// EPSS scores as CSV.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "advisories/epss.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)narrows::advisories::ParseEpss({reinterpret_cast<const char*>(data), size});
  return 0;
}
