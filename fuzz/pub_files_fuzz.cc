#include <array>

#include "ecosystems/pub/extractors.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 1> kPaths = {"pubspec.lock"};
  static const auto extractors = narrows::ecosystems::pub::MakePubExtractors();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
