// The document of a release and its signatures: what `narrows db update` reads from a server.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "advisories/distribution/release.h"
#include "advisories/distribution/signature.h"

namespace {

namespace distribution = narrows::advisories::distribution;

constexpr const char* kKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
    "-----END PUBLIC KEY-----\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto release = distribution::ParseRelease(input);
  if (release.has_value() &&
      distribution::ParseRelease(distribution::WriteRelease(*release)).value() != *release)
    __builtin_trap();
  (void)distribution::VerifySignatures("document", input, {kKey});
  return 0;
}
