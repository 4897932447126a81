#include <array>

#include "ecosystems/hex/extractors.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 4> kPaths = {"ebin/a.app", "hex_metadata.config",
                                                      "mix.lock", "rebar.lock"};
  static const auto extractors = narrows::ecosystems::hex::MakeHexExtractors();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
