// Reads the input as os-release; what it says must be printable and short.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inventory/image/os_release.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto distribution =
      narrows::inventory::image::ParseOsRelease({reinterpret_cast<const char*>(data), size});
  if (!distribution.has_value()) return 0;
  for (const std::string* text : {&distribution->id, &distribution->version_id,
                                  &distribution->version_codename, &distribution->pretty_name}) {
    if (text->size() > 210 || text->find('\n') != std::string::npos ||
        text->find('\x1b') != std::string::npos)
      std::abort();
  }
  return 0;
}
