// What a registry says is attached to an image.
#include <cstdint>
#include <string_view>

#include "registry/referrer_documents.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)narrows::registry::ParseReferrerIndex(text);
  (void)narrows::registry::ParseIndexAttestations(text, "sha256:00");
  (void)narrows::registry::ParseAttachedArtifact(text);
  (void)narrows::registry::NextPage(text);
  return 0;
}
