// CVSS vector strings of every version.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "advisories/cvss.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto score = narrows::advisories::ScoreCvss({reinterpret_cast<const char*>(data), size});
  if (score.has_value() && !(score->score >= 0 && score->score <= 10)) std::abort();
  return 0;
}
