// The documents of credential provider plug-ins: a configuration, or an answer.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "registry/credential_provider_api.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace narrows::registry;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)ParseCredentialProviderConfig(text);
  (void)ParseCredentialProviderResponse(
      text, {.api_version = "credentialprovider.kubelet.k8s.io/v1"}, "fuzz");
  return 0;
}
