#include "inventory/image/layer_analysis.h"

#include "inventory/image/os_release.h"

namespace narrows::inventory::image {
namespace {

constexpr size_t kMostKeptBytes = 32u << 20;
constexpr std::string_view kWhiteoutPrefix = ".wh.";
constexpr std::string_view kOpaqueName = ".wh..wh..opq";
constexpr std::string_view kReservedPrefix = ".wh..wh.";  // of aufs' own files

AnalysedFile TooLarge(const Watchlist::Target& target, size_t most) {
  return {.extractor = target.extractor,
          .as = target.as,
          .failed = true,
          .statuses = {"/" + target.as + " is larger than the limit of " + std::to_string(most) +
                       " bytes"}};
}

size_t BytesOf(const LayerEntry& entry) {
  return sizeof(LayerEntry) + entry.path.size() + entry.target.size();
}

size_t BytesOf(const AnalysedFile& file) {
  size_t bytes = sizeof(AnalysedFile) + file.as.size() + file.packages.size();
  for (const std::string& status : file.statuses) bytes += sizeof(std::string) + status.size();
  return bytes;
}

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

}  // namespace

size_t KeptBytes(const LayerAnalysis& layer) {
  size_t bytes = 0;
  for (const LayerEntry& entry : layer.entries) bytes += BytesOf(entry);
  for (const AnalysedFile& file : layer.files) bytes += BytesOf(file);
  return bytes;
}

size_t MostBytesOf(const Watchlist& watchlist, const Watchlist::Target& target) {
  const auto* extractor = watchlist.extractor(target.extractor);
  return extractor == nullptr ? kMostOsReleaseBytes : extractor->MostBytes();
}

AnalysedFile AnalyseFile(const Watchlist& watchlist, const Watchlist::Target& target,
                         std::string_view content) {
  if (const size_t most = MostBytesOf(watchlist, target); content.size() > most)
    return TooLarge(target, most);
  AnalysedFile file{.extractor = target.extractor, .as = target.as};
  const auto fail = [&](const Error& error) {
    file.failed = true;
    file.statuses.push_back("/" + target.as + ": " + error.message);
  };
  const auto* extractor = watchlist.extractor(target.extractor);
  if (extractor == nullptr) {
    auto distribution = ParseOsRelease(content);
    if (distribution.has_value()) {
      file.distribution = *std::move(distribution);
    } else {
      fail(distribution.error());
    }
    return file;
  }
  auto extracted = extractor->Extract(target.as, content);
  if (!extracted.has_value()) {
    fail(extracted.error());
    return file;
  }
  if (!extracted->packages.empty()) file.packages = EncodePackages(extracted->packages);
  for (const std::string& status : extracted->statuses)
    file.statuses.push_back("/" + target.as + ": " + status);
  return file;
}

Status LayerAnalyser::Record(LayerEntry entry) {
  kept_bytes_ += BytesOf(entry);
  if (kept_bytes_ > kMostKeptBytes)
    return ResourceExhausted("the layer has unreasonably many entries near package data bases");
  layer_.entries.push_back(std::move(entry));
  return Ok();
}

Status LayerAnalyser::OnWhiteout(std::string_view folder, std::string_view name) {
  if (name == kOpaqueName) {
    if (!watchlist_.Watches(folder)) return Ok();
    return Record({.kind = LayerEntry::Kind::kOpaque, .path = std::string(folder)});
  }
  if (name.starts_with(kReservedPrefix)) return Ok();
  std::string removed(folder);
  if (!removed.empty()) removed += '/';
  removed += name.substr(kWhiteoutPrefix.size());
  if (!watchlist_.Watches(removed)) return Ok();
  return Record({.kind = LayerEntry::Kind::kWhiteout, .path = std::move(removed)});
}

Result<bool> LayerAnalyser::OnEntry(const registry::TarEntry& entry) {
  registry::NormalisePath(entry.path, path_);
  const std::string_view name = NameOf(path_);
  if (name.starts_with(kWhiteoutPrefix)) {
    RETURN_IF_ERROR(OnWhiteout(FolderOf(path_), name));
    return false;
  }
  if (!watchlist_.Watches(path_)) return false;
  LayerEntry record{.kind = KindOf(entry.type), .path = path_};
  if (record.kind == LayerEntry::Kind::kSymlink) record.target = entry.link;
  if (record.kind == LayerEntry::Kind::kHardLink)
    registry::NormalisePath(entry.link, record.target);
  if (record.kind != LayerEntry::Kind::kFile || !watchlist_.Reads(path_, &target_)) {
    RETURN_IF_ERROR(Record(std::move(record)));
    return false;
  }
  record.file = static_cast<int>(layer_.files.size());
  RETURN_IF_ERROR(Record(std::move(record)));
  if (const size_t most = MostBytesOf(watchlist_, target_); entry.size > most) {
    layer_.files.push_back(TooLarge(target_, most));
    RETURN_IF_ERROR(Count(layer_.files.back()));
    return false;
  }
  // What stands if the layer ends before the file does.
  layer_.files.push_back({.extractor = target_.extractor, .as = target_.as, .failed = true});
  content_.clear();
  content_.reserve(static_cast<size_t>(entry.size));
  return true;
}

Status LayerAnalyser::OnContent(std::string_view piece) {
  content_ += piece;
  return Ok();
}

Status LayerAnalyser::OnEnd() {
  layer_.files.back() = AnalyseFile(watchlist_, target_, content_);
  content_ = std::string();
  return Count(layer_.files.back());
}

Status LayerAnalyser::Count(const AnalysedFile& file) {
  kept_bytes_ += BytesOf(file);
  if (kept_bytes_ > kMostKeptBytes)
    return ResourceExhausted("the layer has unreasonably many packages");
  return Ok();
}

}  // namespace narrows::inventory::image
