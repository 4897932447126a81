#include <array>
#include <cstdint>
#include <cstdlib>

#include "ecosystems/runtimes/runtime_extractor.h"

// The first byte says which of the paths the rest is found at.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<std::string_view, 12> kPaths = {
      "bin/python3.11", "bin/node",    "sbin/nginx", "sbin/haproxy", "redis-server", "bin/postgres",
      "bin/mariadbd",   "bin/openssl", "bin/ruby",   "bin/perl",     "go/VERSION",   "jdk/release"};
  static const auto extractor = narrows::ecosystems::runtimes::MakeRuntimeExtractor();
  if (size == 0) return 0;
  const std::string_view path = kPaths[data[0] % kPaths.size()];
  auto extracted = extractor->Extract(path, {reinterpret_cast<const char*>(data) + 1, size - 1});
  if (!extracted.has_value()) return 0;
  for (auto& package : extracted->packages) {
    if (package.name.empty() || package.version.empty()) std::abort();
    extractor->Complete(package, {});
  }
  return 0;
}
