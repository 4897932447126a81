#include <array>

#include "ecosystems/composer/extractors.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 2> kPaths = {"composer/installed.json", "composer.lock"};
  static const auto extractors = narrows::ecosystems::composer::MakeComposerExtractors();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
