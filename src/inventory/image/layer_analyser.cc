#include "inventory/image/layer_analyser.h"

#include <algorithm>
#include <optional>

#include "base/path_hash.h"

namespace narrows::inventory::image {
namespace {

constexpr uint32_t kMostFaulty = 100;  // files of an extractor; the others are counted
constexpr std::string_view kWhiteoutPrefix = ".wh.";
constexpr std::string_view kOpaqueName = ".wh..wh..opq";
constexpr std::string_view kReservedPrefix = ".wh..wh.";  // of aufs' own files

LayerEntry::Kind KindOf(registry::TarType type) {
  switch (type) {
    case registry::TarType::kFile:
      return LayerEntry::Kind::kFile;
    case registry::TarType::kDirectory:
      return LayerEntry::Kind::kDirectory;
    case registry::TarType::kSymlink:
      return LayerEntry::Kind::kSymlink;
    case registry::TarType::kHardLink:
      return LayerEntry::Kind::kHardLink;
    case registry::TarType::kOther:
      break;
  }
  return LayerEntry::Kind::kOther;
}

uint64_t HashOf(std::string_view path) { return PathHash().Add(path).Value(); }

bool IsEmpty(const AnalysedFile& file) {
  return !file.failed && file.packages.empty() && file.owned.empty() && file.statuses.empty();
}

}  // namespace

Status LayerAnalyser::Record(LayerEntry entry) {
  kept_bytes_ += KeptBytes(entry);
  if (kept_bytes_ > kMostKeptBytes)
    return ResourceExhausted("the layer has unreasonably many entries near package data bases");
  layer_.entries.push_back(std::move(entry));
  return Ok();
}

void LayerAnalyser::Hide(uint64_t path_hash) {
  if (!layer_.hides_all_known) return;
  layer_.hides.push_back(path_hash);
  if (layer_.hides.size() <= kMostHides) return;
  layer_.hides_all_known = false;
  layer_.hides = {};
}

// A path that comes again replaces what was there.
void LayerAnalyser::Forget(uint64_t path_hash) {
  if (loose_.empty()) return;
  const auto it = loose_.find(path_hash);
  if (it == loose_.end()) return;
  for (const int file : it->second) {
    AnalysedFile& replaced = layer_.files[static_cast<size_t>(file)];
    kept_bytes_ -= KeptBytes(replaced);
    replaced = {.extractor = replaced.extractor};
    kept_bytes_ += KeptBytes(replaced);
  }
  loose_.erase(it);
}

// A file in place of a folder: no tool writes that, but a runtime would do as it says.
void LayerAnalyser::ForgetBelow(std::string_view folder) {
  std::vector<uint64_t> gone;
  for (const int number : layer_.loose) {
    const std::string_view path = layer_.files[static_cast<size_t>(number)].as;
    if (path.size() > folder.size() && path[folder.size()] == '/' && path.starts_with(folder))
      gone.push_back(HashOf(path));
  }
  for (const uint64_t path_hash : gone) Forget(path_hash);
  loose_folders_.erase(HashOf(folder));
}

Status LayerAnalyser::OnWhiteout(std::string_view folder, std::string_view name) {
  if (name == kOpaqueName) {
    Hide(HashOf(folder));
    if (!watchlist_.Watches(folder)) return Ok();
    return Record({.kind = LayerEntry::Kind::kOpaque, .path = std::string(folder)});
  }
  if (name.starts_with(kReservedPrefix)) return Ok();
  std::string removed(folder);
  if (!removed.empty()) removed += '/';
  removed += name.substr(kWhiteoutPrefix.size());
  Hide(HashOf(removed));
  if (!watchlist_.Watches(removed)) return Ok();
  return Record({.kind = LayerEntry::Kind::kWhiteout, .path = std::move(removed)});
}

// Notes an entry at a watched path, and whether its content is to be read.
Status LayerAnalyser::Watch(const registry::TarEntry& entry) {
  LayerEntry record{.kind = KindOf(entry.type), .path = path_};
  if (record.kind == LayerEntry::Kind::kSymlink) record.target = entry.link;
  if (record.kind == LayerEntry::Kind::kHardLink)
    registry::NormalisePath(entry.link, record.target);
  if (record.kind == LayerEntry::Kind::kFile && watchlist_.Reads(path_, &target_)) {
    placed_ = static_cast<int>(layer_.files.size());
    // What stands if the layer ends before the file does.
    layer_.files.push_back({.extractor = target_.extractor, .as = target_.as, .failed = true});
  }
  record.file = placed_;
  RETURN_IF_ERROR(Record(std::move(record)));
  if (IsPlaced() && entry.size > MostBytesOf(watchlist_, target_))
    return FinishPlaced(TooLarge(watchlist_, target_));
  return Ok();
}

Result<bool> LayerAnalyser::OnEntry(const registry::TarEntry& entry) {
  registry::NormalisePath(entry.path, path_);
  const std::string_view name = NameOf(path_);
  if (name.starts_with(kWhiteoutPrefix)) {
    RETURN_IF_ERROR(OnWhiteout(FolderOf(path_), name));
    return false;
  }
  path_hash_ = HashOf(path_);
  extractors_.clear();
  placed_ = LayerEntry::kUnread;
  if (watchlist_.Watches(path_)) RETURN_IF_ERROR(Watch(entry));
  Forget(path_hash_);
  if (entry.type == registry::TarType::kDirectory) {
    Hide(PathHash().Add(path_).Add("/").Value());
    return false;
  }
  Hide(path_hash_);
  if (loose_folders_.find(path_hash_) != loose_folders_.end()) ForgetBelow(path_);
  if (entry.type == registry::TarType::kHardLink) RETURN_IF_ERROR(OnHardLink(entry.link));
  if (entry.type != registry::TarType::kFile) return false;
  size_ = entry.size;
  watchlist_.ClaimedBy(path_, extractors_);
  if (IsPlaced() || !extractors_.empty()) {
    RETURN_IF_ERROR(StartContent());
  } else {
    state_ = State::kHead;
    head_.clear();
  }
  return state_ == State::kWanted ||
         (state_ == State::kHead && size_ > 0 && watchlist_.LooksAtHeads());
}

// Another name of a file: what was found in it was found here too.
Status LayerAnalyser::OnHardLink(std::string_view link) {
  std::string target;
  registry::NormalisePath(link, target);
  if (const auto it = loose_.find(HashOf(target)); it != loose_.end()) {
    const std::vector<int> files = it->second;
    for (const int number : files) {
      const AnalysedFile& found = layer_.files[static_cast<size_t>(number)];
      if (found.packages.empty()) continue;  // its faults are told once
      RETURN_IF_ERROR(
          KeepLoose({.extractor = found.extractor, .as = path_, .packages = found.packages}));
    }
    return Ok();
  }
  watchlist_.ClaimedBy(path_, extractors_);
  for (const int extractor : extractors_) {
    // One that has the right name there too was read, and gave nothing.
    if (watchlist_.extractor(extractor)->Claims(target)) continue;
    RETURN_IF_ERROR(KeepLoose(Unreadable(
        {extractor, path_}, DataLoss("it is a link to /" + target + ", which was not read"))));
  }
  return Ok();
}

// Prepares for the content, if anybody wants it. Drops those of extractors_ that the file is too
// large for.
Status LayerAnalyser::StartContent() {
  std::vector<int> fitting;
  for (const int extractor : extractors_) {
    const Watchlist::Target target{extractor, path_};
    if (size_ <= MostBytesOf(watchlist_, target)) {
      fitting.push_back(extractor);
    } else if (!watchlist_.HasPlaces(extractor)) {
      RETURN_IF_ERROR(KeepLoose(TooLarge(watchlist_, target)));
    }
  }
  extractors_ = std::move(fitting);
  state_ = IsPlaced() || !extractors_.empty() ? State::kWanted : State::kPassing;
  if (state_ == State::kPassing) return Ok();
  if (const Status started = content_.Start(size_); !started.has_value()) Discard(started.error());
  return Ok();
}

Status LayerAnalyser::OnHead(std::string_view head) {
  watchlist_.ClaimedByHead(head.substr(0, Watchlist::kHeadBytes), extractors_);
  return StartContent();
}

Status LayerAnalyser::OnContent(std::string_view piece) {
  if (state_ == State::kPassing) return Ok();
  if (state_ == State::kHead) {
    const uint64_t enough = std::min<uint64_t>(size_, Watchlist::kHeadBytes);
    if (head_.empty() && piece.size() >= enough) {
      RETURN_IF_ERROR(OnHead(piece));
    } else {
      head_ += piece;
      if (head_.size() < enough) return Ok();
      RETURN_IF_ERROR(OnHead(head_));
      piece = head_;
    }
    if (state_ == State::kPassing) return Ok();
  }
  if (const Status appended = content_.Append(piece); !appended.has_value())
    Discard(appended.error());
  return Ok();
}

// The file's content is not to be had: there is no space for it.
void LayerAnalyser::Discard(const Error& error) {
  content_.Clear();
  state_ = State::kPassing;
  // Over the limit of what is kept nothing more is read anyway.
  if (IsPlaced()) static_cast<void>(FinishPlaced(Unreadable(target_, error)).has_value());
  for (const int extractor : extractors_)
    static_cast<void>(KeepLoose(Unreadable({extractor, path_}, error)).has_value());
}

Status LayerAnalyser::OnEnd() {
  if (state_ != State::kWanted) return Ok();
  const Result<std::string_view> content = content_.View();
  if (!content.has_value()) {
    Discard(content.error());
    return Ok();
  }
  if (guard_ != nullptr && !guard_->MayParse(path_)) {
    content_.Clear();
    return Ok();
  }
  if (IsPlaced()) RETURN_IF_ERROR(FinishPlaced(AnalyseFile(watchlist_, target_, *content)));
  for (const int extractor : extractors_) {
    AnalysedFile file = AnalyseFile(watchlist_, {extractor, path_}, *content);
    // What only looked like a data base is none.
    const bool seeming = watchlist_.HasPlaces(extractor) && file.packages.empty();
    if (!seeming) RETURN_IF_ERROR(KeepLoose(std::move(file)));
  }
  if (guard_ != nullptr) guard_->Parsed();
  content_.Clear();
  return Ok();
}

Status LayerAnalyser::FinishPlaced(AnalysedFile file) {
  kept_bytes_ += KeptBytes(file);
  layer_.files[static_cast<size_t>(std::exchange(placed_, LayerEntry::kUnread))] = std::move(file);
  if (kept_bytes_ > kMostKeptBytes)
    return ResourceExhausted("the layer has unreasonably many packages");
  return Ok();
}

Status LayerAnalyser::KeepLoose(AnalysedFile file) {
  if (IsEmpty(file)) return Ok();
  const auto extractor = static_cast<size_t>(file.extractor);
  if (file.packages.empty()) {
    if (faulty_.size() <= extractor) faulty_.resize(extractor + 1);
    if (++faulty_[extractor] > kMostFaulty) return Ok();
  }
  kept_bytes_ += KeptBytes(file);
  if (kept_bytes_ > kMostKeptBytes)
    return ResourceExhausted("the layer has unreasonably many packages");
  const auto number = static_cast<int>(layer_.files.size());
  loose_[path_hash_].push_back(number);
  for (std::string_view folder = FolderOf(path_); !folder.empty(); folder = FolderOf(folder))
    loose_folders_.insert(HashOf(folder));
  layer_.loose.push_back(number);
  layer_.files.push_back(std::move(file));
  return Ok();
}

LayerAnalysis LayerAnalyser::Take() && {
  std::sort(layer_.hides.begin(), layer_.hides.end());
  layer_.hides.erase(std::unique(layer_.hides.begin(), layer_.hides.end()), layer_.hides.end());
  layer_.loose.erase(
      std::remove_if(layer_.loose.begin(), layer_.loose.end(),
                     [&](int file) { return IsEmpty(layer_.files[static_cast<size_t>(file)]); }),
      layer_.loose.end());
  for (size_t i = 0; i < faulty_.size(); ++i) {
    if (faulty_[i] > kMostFaulty)
      layer_.uncounted.push_back({static_cast<int>(i), faulty_[i] - kMostFaulty});
  }
  return std::move(layer_);
}

}  // namespace narrows::inventory::image
