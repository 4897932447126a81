#include <array>

#include "ecosystems/arch/pacman_extractor.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 2> kPaths = {"var/lib/pacman/local/a-1-1/desc",
                                                      "var/lib/pacman/local/a-1-1/files"};
  static const auto extractors = [] {
    narrows::fuzz::Extractors made;
    made.push_back(narrows::ecosystems::arch::MakePacmanExtractor());
    return made;
  }();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
