#include <array>

#include "ecosystems/conan/extractors.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 2> kPaths = {"conaninfo.txt", "conan.lock"};
  static const auto extractors = narrows::ecosystems::conan::MakeConanExtractors();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
