// The encoded form of layer_analysis.h: records, each with a letter before it. The cache guards it
// by a checksum, but a sandbox may send anything.
#include "inventory/image/layer_encoding.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "inventory/image/byte_encoding.h"
#include "inventory/image/package_list.h"
#include "registry/tar_reader.h"

namespace narrows::inventory::image {
namespace {

constexpr std::string_view kMagic = "NARROWS-LAYER-4\n";
constexpr size_t kPieceBytes = size_t{48} << 10;  // about
constexpr size_t kHidesARecord = 4096;
constexpr size_t kMostUncounted = size_t{1} << 16;  // extractors

// The texts of a package that its extractor sets.
constexpr std::string model::Package::*kPackageTexts[] = {
    &model::Package::ecosystem,    &model::Package::name,        &model::Package::version,
    &model::Package::architecture, &model::Package::source_name, &model::Package::source_version,
    &model::Package::path,         &model::Package::modularity,  &model::Package::vendor};
constexpr std::string model::Distribution::*kDistributionTexts[] = {
    &model::Distribution::id, &model::Distribution::id_like, &model::Distribution::version_id,
    &model::Distribution::version_codename, &model::Distribution::pretty_name};

void WriteEntry(ByteWriter& writer, const LayerEntry& entry) {
  writer.Raw("e");
  writer.Number(static_cast<size_t>(entry.kind));
  writer.Number(static_cast<size_t>(entry.file) + 1);
  writer.Text(entry.path);
  writer.Text(entry.target);
}

LayerEntry ReadEntry(ByteReader& reader) {
  LayerEntry entry;
  const size_t kind = reader.Number();
  if (kind > static_cast<size_t>(LayerEntry::Kind::kOpaque)) {
    reader.Fault();
    return entry;
  }
  entry.kind = static_cast<LayerEntry::Kind>(kind);
  entry.file = static_cast<int>(reader.Number() & 0x7fffffff) - 1;
  entry.path = reader.Text();
  entry.target = reader.Text();
  return entry;
}

void WriteFile(ByteWriter& writer, const AnalysedFile& file) {
  writer.Raw("f");
  writer.Number(static_cast<size_t>(file.extractor) + 1);
  writer.Number(file.failed ? 1 : 0);
  writer.Text(file.as);
  writer.Text(file.packages);
  writer.Text(file.owned);
  writer.Number(file.distribution ? 1 : 0);
  if (file.distribution)
    for (const auto text : kDistributionTexts) writer.Text((*file.distribution).*text);
  writer.Number(file.statuses.size());
  for (const std::string& status : file.statuses) writer.Text(status);
}

AnalysedFile ReadFile(ByteReader& reader) {
  AnalysedFile file;
  file.extractor = static_cast<int>(reader.Number() & 0xffff) - 1;
  file.failed = reader.Number() != 0;
  file.as = reader.Text();
  file.packages = reader.Text();
  file.owned = reader.Text();
  if (reader.Number() != 0) {
    model::Distribution distribution;
    for (const auto text : kDistributionTexts) distribution.*text = reader.Text();
    file.distribution = std::make_unique<const model::Distribution>(std::move(distribution));
  }
  const size_t statuses = reader.Count(4);
  if (statuses > kMostKeptBytes / sizeof(std::string)) reader.Fault();
  for (size_t n = statuses; n > 0 && !reader.damaged(); --n) file.statuses.push_back(reader.Text());
  return file;
}

}  // namespace

std::string EncodePackages(const std::vector<model::Package>& packages) {
  ByteWriter writer;
  writer.Number(packages.size());
  for (const model::Package& package : packages) {
    writer.Number(static_cast<size_t>(package.evidence));
    for (const auto text : kPackageTexts) writer.Text(package.*text);
  }
  return writer.Take();
}

Result<std::vector<model::Package>> DecodePackages(std::string_view bytes) {
  std::vector<model::Package> packages;
  if (bytes.empty()) return packages;
  ByteReader reader(bytes);
  const size_t count = reader.Count(4 + 4 * std::size(kPackageTexts));
  if (count > kMostPackages) return DataLoss("the stored packages of a layer are too many");
  packages.resize(count);
  for (model::Package& package : packages) {
    const size_t evidence = reader.Number();
    if (evidence > static_cast<size_t>(model::Evidence::kLockFile)) reader.Fault();
    package.evidence = static_cast<model::Evidence>(evidence);
    for (const auto text : kPackageTexts) package.*text = reader.Text();
  }
  if (!reader.ReadAll()) return DataLoss("the stored packages of a layer are damaged");
  return packages;
}

std::string EncodeOwned(const std::vector<ecosystems::OwnedFiles>& owned) {
  ByteWriter writer;
  writer.Number(owned.size());
  for (const ecosystems::OwnedFiles& files : owned) {
    writer.Text(files.package);
    writer.Number(files.paths.size());
    for (const uint64_t path : files.paths) writer.Long(path);
  }
  return writer.Take();
}

Result<std::vector<ecosystems::OwnedFiles>> DecodeOwned(std::string_view bytes) {
  std::vector<ecosystems::OwnedFiles> owned;
  if (bytes.empty()) return owned;
  ByteReader reader(bytes);
  const size_t count = reader.Count(8);
  if (count > kMostPackages) return DataLoss("the stored file lists of a layer are too many");
  for (size_t n = count; n > 0; --n) {
    ecosystems::OwnedFiles files{.package = reader.Text(), .paths = {}};
    files.paths.resize(reader.Count(8));
    for (uint64_t& path : files.paths) path = reader.Long();
    owned.push_back(std::move(files));
  }
  if (!reader.ReadAll()) return DataLoss("the stored file lists of a layer are damaged");
  return owned;
}

bool LayerEncoder::WriteSome(ByteWriter& writer) {
  const auto next = [this](size_t size) {
    if (next_ < size) return true;
    part_ = static_cast<Part>(static_cast<int>(part_) + 1);
    next_ = 0;
    return false;
  };
  switch (part_) {
    case Part::kMagic:
      writer.Raw(kMagic);
      part_ = Part::kEntries;
      return true;
    case Part::kEntries:
      if (next(layer_.entries.size())) WriteEntry(writer, layer_.entries[next_++]);
      return true;
    case Part::kFiles:
      if (next(layer_.files.size())) WriteFile(writer, layer_.files[next_++]);
      return true;
    case Part::kLoose:
      if (next(layer_.loose.size())) {
        writer.Raw("l");
        writer.Number(static_cast<size_t>(layer_.loose[next_++]));
      }
      return true;
    case Part::kHides:
      if (next(layer_.hides.size())) {
        const size_t count = std::min(layer_.hides.size() - next_, kHidesARecord);
        writer.Raw("h");
        writer.Number(count);
        for (size_t i = 0; i < count; ++i) writer.Long(layer_.hides[next_++]);
      }
      return true;
    case Part::kUncounted:
      if (next(layer_.uncounted.size())) {
        const LayerAnalysis::Uncounted& uncounted = layer_.uncounted[next_++];
        writer.Raw("u");
        writer.Number(static_cast<size_t>(uncounted.extractor));
        writer.Number(uncounted.files);
      }
      return true;
    case Part::kEnd:
      writer.Raw("z");
      writer.Number(layer_.hides_all_known ? 1 : 0);
      writer.Long(layer_.unpacked_bytes);
      part_ = Part::kDone;
      return true;
    case Part::kDone:
      break;
  }
  return false;
}

std::string LayerEncoder::Next() {
  ByteWriter writer;
  while (writer.size() < kPieceBytes && WriteSome(writer)) {
  }
  return writer.Take();
}

Status LayerDecoder::TakeRecord(ByteReader& reader) {
  const std::string_view kind = reader.Take(1);
  if (kind == "e") {
    layer_.entries.push_back(ReadEntry(reader));
    kept_bytes_ += KeptBytes(layer_.entries.back());
  } else if (kind == "f") {
    layer_.files.push_back(ReadFile(reader));
    kept_bytes_ += KeptBytes(layer_.files.back());
  } else if (kind == "l") {
    layer_.loose.push_back(static_cast<int>(reader.Number() & 0x7fffffff));
  } else if (kind == "h") {
    for (size_t n = reader.Count(8); n > 0; --n) layer_.hides.push_back(reader.Long());
  } else if (kind == "u") {
    const int extractor = static_cast<int>(reader.Number() & 0xffff);
    layer_.uncounted.push_back({extractor, static_cast<uint32_t>(reader.Number())});
  } else if (kind == "z") {
    layer_.hides_all_known = reader.Number() != 0;
    layer_.unpacked_bytes = reader.Long();
    ended_ = true;
  } else {
    reader.Fault();
  }
  if (reader.damaged()) return DataLoss("a stored layer is damaged");
  // What is small here may take much more memory there.
  if (kept_bytes_ > 2 * kMostKeptBytes || layer_.hides.size() > kMostHides ||
      layer_.loose.size() > layer_.files.size() || layer_.uncounted.size() > kMostUncounted)
    return DataLoss("a stored layer has too much in it");
  return Ok();
}

Status LayerDecoder::Take(std::string_view piece) {
  bytes_ += piece.size();
  if (bytes_ > kMostBytes) return DataLoss("a stored layer is too large");
  ByteReader reader(piece);
  if (!begun_ && reader.Take(kMagic.size()) != kMagic) return DataLoss("not a stored layer");
  begun_ = true;
  while (reader.HasMore()) {
    if (ended_) return DataLoss("a stored layer is damaged: it goes on behind its end");
    RETURN_IF_ERROR(TakeRecord(reader));
  }
  return Ok();
}

Result<LayerAnalysis> LayerDecoder::Finish() && {
  const auto is_there = [&](int file) { return file < static_cast<int>(layer_.files.size()); };
  bool whole = ended_ && std::is_sorted(layer_.hides.begin(), layer_.hides.end()) &&
               std::all_of(layer_.loose.begin(), layer_.loose.end(), is_there);
  for (const LayerEntry& entry : layer_.entries) whole = whole && is_there(entry.file);
  if (!whole) return DataLoss("a stored layer is damaged");
  return std::move(layer_);
}

std::string EncodeLayer(const LayerAnalysis& layer) {
  std::string encoded;
  LayerEncoder encoder(layer);
  for (std::string piece = encoder.Next(); !piece.empty(); piece = encoder.Next()) encoded += piece;
  return encoded;
}

Result<LayerAnalysis> DecodeLayer(std::string_view bytes) {
  LayerDecoder decoder;
  RETURN_IF_ERROR(decoder.Take(bytes));
  return std::move(decoder).Finish();
}

Status CheckForeignLayer(const LayerAnalysis& layer, const Watchlist& watchlist) {
  const auto foreign = [](const char* what) {
    return DataLoss(std::string("what was found in a layer is damaged: ") + what);
  };
  std::string plain;
  const auto is_path = [&plain](const std::string& path) {
    if (path.size() > 2 * registry::TarLimits().path_bytes) return false;
    registry::NormalisePath(path, plain);
    return path == plain;
  };
  const auto extractors = static_cast<int>(watchlist.extractors().size());
  for (const LayerEntry& entry : layer.entries) {
    if (!is_path(entry.path)) return foreign("a path");
    if (entry.target.size() > registry::TarLimits().path_bytes ||
        (entry.kind == LayerEntry::Kind::kHardLink && !is_path(entry.target)))
      return foreign("a link");
  }
  for (const AnalysedFile& file : layer.files) {
    if (file.extractor >= extractors) return foreign("an extractor");
    if (!is_path(file.as)) return foreign("a file's path");
    if (file.distribution && file.extractor != Watchlist::kOsRelease) return foreign("a file");
  }
  for (const LayerAnalysis::Uncounted& uncounted : layer.uncounted)
    if (uncounted.extractor >= extractors) return foreign("an extractor");
  return Ok();
}

}  // namespace narrows::inventory::image
