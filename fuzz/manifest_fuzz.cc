// Registry documents: manifest, index and image configuration, as any registry may serve them.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "registry/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace narrows::registry;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto config = ParseImageConfig(bytes);
  const auto manifest = ParseManifest(bytes, "");
  if (!manifest.has_value()) return 0;
  if (const auto* index = std::get_if<ImageIndex>(&*manifest)) {
    (void)ChoosePlatform(*index, {"linux", "arm64", "v9"});
    (void)ChoosePlatform(*index, {"linux", "amd64", "v3"});
  } else if (config.has_value()) {
    (void)JoinLayers(std::get<ImageManifest>(*manifest), *config);
  }
  return 0;
}
