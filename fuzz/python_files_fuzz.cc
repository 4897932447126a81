#include <array>

#include "ecosystems/pypi/extractors.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 8> kPaths = {"a.dist-info/METADATA",
                                                      "requirements.txt",
                                                      "Pipfile.lock",
                                                      "poetry.lock",
                                                      "uv.lock",
                                                      "pdm.lock",
                                                      "pylock.toml",
                                                      "conda-meta/a-1-0.json"};
  static const auto extractors = narrows::ecosystems::pypi::MakePypiExtractors();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
