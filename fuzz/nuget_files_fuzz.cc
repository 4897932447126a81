#include <array>

#include "ecosystems/nuget/extractors.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 4> kPaths = {
      "a.deps.json", "packages.lock.json", "Directory.Packages.props", "packages.config"};
  static const auto extractors = narrows::ecosystems::nuget::MakeNuGetExtractors();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
