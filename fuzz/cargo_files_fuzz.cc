// The first byte says whether the rest is read as a program of Rust or as a Cargo.lock; crates must
// be usable as they come.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ecosystems/cargo/extractors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace cargo = narrows::ecosystems::cargo;
  if (size == 0) return 0;
  const std::string_view content(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto extracted =
      data[0] % 2 == 0 ? cargo::ParseProgram(content) : cargo::ParseCargoLock(content);
  if (!extracted.has_value()) return 0;
  for (const narrows::model::Package& package : extracted->packages) {
    if (package.name.empty() || package.version.empty()) std::abort();
  }
  return 0;
}
