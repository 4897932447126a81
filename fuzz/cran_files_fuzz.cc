#include <array>

#include "ecosystems/cran/extractors.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 2> kPaths = {"DESCRIPTION", "renv.lock"};
  static const auto extractors = narrows::ecosystems::cran::MakeCranExtractors();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
