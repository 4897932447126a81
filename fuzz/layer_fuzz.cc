// Takes the input for a layer's tar stream, as an image's analysis does, with extractors of each
// sort: what is found must survive its encoding; then for an encoded layer.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "inventory/image/image_tree.h"
#include "inventory/image/inspector_channel.h"
#include "inventory/image/layer_analyser.h"
#include "inventory/image/layer_encoding.h"
#include "inventory/image/loose_files.h"
#include "inventory/image/test_image.h"
#include "registry/tar_reader.h"

namespace {

using namespace narrows::inventory::image;

// What comes back from a decoding must stay the same, and do no harm, whoever wrote the bytes.
void Decode(std::string_view bytes, const Watchlist& watchlist) {
  const auto layer = DecodeLayer(bytes);
  if (!layer.has_value()) return;
  const std::string again = EncodeLayer(*layer);
  const auto decoded = DecodeLayer(again);
  if (!decoded.has_value() || EncodeLayer(*decoded) != again) std::abort();
  if (!CheckForeignLayer(*layer, watchlist).has_value()) return;
  for (const AnalysedFile& file : layer->files) {
    static_cast<void>(DecodePackages(file.packages).has_value());
    static_cast<void>(DecodeOwned(file.owned).has_value());
  }
  LooseFiles loose;
  loose.Apply(*layer, 0);
  ImageTree tree(watchlist, loose);
  tree.Apply(*layer, 0);
  static_cast<void>(tree.Look());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const TestExtractor placed;
  static const LooseTestExtractor loose;
  static const narrows::ecosystems::PackageExtractor* const extractors[] = {&placed, &loose};
  static const Watchlist watchlist(extractors);
  static DiskSpool spool;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Decode(bytes, watchlist);
  static_cast<void>(DecodeResult(bytes).has_value());
  static_cast<void>(DecodeTask(bytes).has_value());
  LayerAnalyser analyser(watchlist, spool);
  narrows::registry::TarReader reader(analyser, {.total_bytes = uint64_t{8} << 20});
  static_cast<void>(reader.Push(bytes).has_value());
  const std::string encoded = EncodeLayer(std::move(analyser).Take());
  if (!DecodeLayer(encoded).has_value()) std::abort();
  Decode(encoded, watchlist);
  return 0;
}
