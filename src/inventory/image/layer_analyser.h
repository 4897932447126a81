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

// Is told which file is parsed, by a LayerAnalyser that may not come back from it.
class ParsingGuard {
 public:
  virtual ~ParsingGuard() = default;
  // False: the file is left out. It stays as one that could not be read where its place is
  // watched; that it was, and why, is for others to say.
  virtual bool MayParse(std::string_view path) = 0;
  virtual void Parsed() = 0;
};

// Makes a LayerAnalysis of a layer's tar stream. Keeps the content of one file at a time, and of
// all others what was found in them; files in which nothing was found cost 8 bytes each, up to a
// million of them. kResourceExhausted when a layer has unreasonably much of what is looked for.
class LayerAnalyser final : public registry::TarVisitor {
 public:
  // All must outlive it; there may be no guard.
  LayerAnalyser(const Watchlist& watchlist, Spool& spool, ParsingGuard* guard = nullptr)
      : watchlist_(watchlist), guard_(guard), content_(spool) {}

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
  ParsingGuard* const guard_;
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
