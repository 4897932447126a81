#include <array>

#include "ecosystems/npm/extractors.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 6> kPaths = {"node_modules/a/package.json",
                                                      "package.json",
                                                      "package-lock.json",
                                                      "yarn.lock",
                                                      "bun.lock",
                                                      "pnpm-lock.yaml"};
  static const auto extractors = narrows::ecosystems::npm::MakeNpmExtractors();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
