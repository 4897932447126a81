#include <array>

#include "ecosystems/hackage/extractors.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 2> kPaths = {"cabal.project.freeze", "stack.yaml.lock"};
  static const auto extractors = narrows::ecosystems::hackage::MakeHackageExtractors();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
