// Reads the input as an archive of Java's; artifacts must be usable as they come.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ecosystems/java/coordinates.h"
#include "ecosystems/java/jar.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  const narrows::ecosystems::java::JarLimits limits{
      .archives = 100, .entries = 10'000, .unpacked_bytes = 1 << 22, .held_bytes = 1 << 20};
  auto extracted = narrows::ecosystems::java::ParseJar("lib/a-1.0.jar", content, limits);
  if (!extracted.has_value()) return 0;
  for (narrows::model::Package& package : extracted->packages) {
    if (package.name.empty() || package.version.empty()) std::abort();
    narrows::ecosystems::java::CompleteArtifact(package);
  }
  return 0;
}
