#include <array>

#include "ecosystems/bitnami/extractors.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 2> kPaths = {"opt/bitnami/.bitnami_components.json",
                                                      "opt/bitnami/a/.spdx-a.spdx"};
  static const auto extractors = narrows::ecosystems::bitnami::MakeBitnamiExtractors();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
