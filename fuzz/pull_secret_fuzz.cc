// Pull secrets: whoever may create a secret writes them. The first line is an image reference, the
// rest the secret.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "registry/credentials.h"
#include "registry/image_reference.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace narrows::registry;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line = text.find('\n');
  const auto reference = ImageReference::Parse(text.substr(0, line));
  (void)ParseImageId(text.substr(0, line));
  text.remove_prefix(line == std::string_view::npos ? text.size() : line + 1);
  auto secret = ParsePullSecret("kubernetes.io/dockerconfigjson", text, "secret");
  (void)ParsePullSecret("kubernetes.io/dockercfg", text, "secret");
  if (!reference.has_value() || !secret.has_value()) return 0;
  (void)MakePullSecretSource({*std::move(secret)})->For(*reference, {});
  return 0;
}
