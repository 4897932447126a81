#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "inventory/image/layer_analysis.h"
#include "inventory/image/spool.h"
#include "inventory/image/watchlist.h"
#include "registry/tar_reader.h"

namespace narrows::inventory::image {

// Makes a LayerAnalysis of a layer's tar stream. Keeps the content of one file at a time, and of
// all others what was found in them; files in which nothing was found cost 8 bytes each, up to a
// million of them. kResourceExhausted when a layer has unreasonably much of what is looked for.
class LayerAnalyser final : public registry::TarVisitor {
 public:
  // Both must outlive it.
  LayerAnalyser(const Watchlist& watchlist, Spool& spool)
      : watchlist_(watchlist), content_(spool) {}

  Result<bool> OnEntry(const registry::TarEntry& entry) override;
  Status OnContent(std::string_view piece) override;
  Status OnEnd() override;

  LayerAnalysis Take() &&;

 private:
  enum class State { kHead, kWanted, kPassing };

  Status Record(LayerEntry entry);
  Status Watch(const registry::TarEntry& entry);
  Status OnWhiteout(std::string_view folder, std::string_view name);
  void Hide(uint64_t path_hash);
  void Forget(uint64_t path_hash);
  void ForgetBelow(std::string_view folder);
  bool IsPlaced() const { return placed_ != LayerEntry::kUnread; }
  Status OnHead(std::string_view head);
  Status OnHardLink(std::string_view link);
  Status StartContent();
  void Discard(const Error& error);
  Status FinishPlaced(AnalysedFile file);
  Status KeepLoose(AnalysedFile file);

  const Watchlist& watchlist_;
  LayerAnalysis layer_;
  size_t kept_bytes_ = 0;
  std::unordered_map<uint64_t, std::vector<int>> loose_;  // by the hash of their path
  std::unordered_set<uint64_t> loose_folders_;            // that they are in
  std::vector<uint32_t> faulty_;                          // files with faults of each extractor

  // The entry being read.
  std::string path_;
  uint64_t path_hash_ = 0;
  uint64_t size_ = 0;
  int placed_ = LayerEntry::kUnread;  // the file of the layer that `target_` reads it into
  Watchlist::Target target_;
  std::vector<int> extractors_;  // others that want it
  State state_ = State::kPassing;
  std::string head_;
  SpooledContent content_;
};

}  // namespace narrows::inventory::image
