// CISA's catalogue of known exploited vulnerabilities.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "advisories/kev.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)narrows::advisories::ParseKev({reinterpret_cast<const char*>(data), size});
  return 0;
}
