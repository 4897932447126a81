#include <array>

#include "ecosystems/gem/extractors.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 2> kPaths = {"specifications/a.gemspec", "Gemfile.lock"};
  static const auto extractors = narrows::ecosystems::gem::MakeGemExtractors();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
