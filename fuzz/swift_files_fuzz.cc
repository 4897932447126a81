#include <array>

#include "ecosystems/swift/extractors.h"
#include "language_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 1> kPaths = {"Package.resolved"};
  static const auto extractors = narrows::ecosystems::swift::MakeSwiftExtractors();
  narrows::fuzz::ReadLanguageFile(extractors, kPaths, data, size);
  return 0;
}
