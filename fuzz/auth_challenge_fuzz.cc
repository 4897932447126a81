// WWW-Authenticate headers, as any registry may send them.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "registry/auth_challenge.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using narrows::registry::AuthChallenge;
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  for (const AuthChallenge& challenge : narrows::registry::ParseAuthChallenges(value))
    (void)challenge.Parameter("realm");
  return 0;
}
