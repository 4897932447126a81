// A control file and, read as such, a configuration.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "findings/benchmark/configuration.h"
#include "findings/benchmark/controls.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(narrows::findings::benchmark::ParseControls(text));
  static_cast<void>(narrows::findings::benchmark::ParseConfiguration(text, text));
  return 0;
}
