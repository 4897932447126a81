#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "inventory/image/layer_analysis.h"
#include "inventory/image/watchlist.h"

namespace narrows::inventory::image {

// The encoding of a layer in pieces, for where all of it at once is too much. Their concatenation
// is what EncodeLayer gives. The layer must outlive it.
class LayerEncoder {
 public:
  explicit LayerEncoder(const LayerAnalysis& layer) : layer_(layer) {}

  // The next piece, of whole records; empty when there is none.
  std::string Next();

 private:
  enum class Part { kMagic, kEntries, kFiles, kLoose, kHides, kUncounted, kEnd, kDone };
  bool WriteSome(class ByteWriter& writer);

  const LayerAnalysis& layer_;
  Part part_ = Part::kMagic;
  size_t next_ = 0;  // of the part
};

// The way back. Pieces may be anything.
class LayerDecoder {
 public:
  // The largest piece that there is, and all of a layer's, as encoded.
  static constexpr size_t kMostPieceBytes = size_t{32} << 20;
  static constexpr size_t kMostBytes = size_t{64} << 20;

  // kDataLoss for what is no piece.
  Status Take(std::string_view piece);
  // The layer, once all pieces were taken: kDataLoss when something is missing.
  Result<LayerAnalysis> Finish() &&;

 private:
  Status TakeRecord(class ByteReader& reader);

  LayerAnalysis layer_;
  size_t bytes_ = 0, kept_bytes_ = 0;
  bool begun_ = false, ended_ = false;
};

// Whether a layer that somebody else analysed is what LayerAnalyser may have made with `watchlist`:
// paths, and who read what. kDataLoss when not.
Status CheckForeignLayer(const LayerAnalysis& layer, const Watchlist& watchlist);

}  // namespace narrows::inventory::image
