// The stored form of layer_analysis.h: numbers as 32-bit little-endian, texts with their length
// before them. The cache guards it by a checksum; the reader is careful all the same.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "inventory/image/layer_analysis.h"

namespace narrows::inventory::image {
namespace {

constexpr std::string_view kMagic = "NARROWS-LAYER-3\n";

class Writer {
 public:
  void Number(size_t value) {
    for (int shift = 0; shift < 32; shift += 8)
      bytes_ += static_cast<char>(static_cast<uint64_t>(value) >> shift & 0xff);
  }
  void Hash(uint64_t value) {
    Number(value & 0xffffffffu);
    Number(value >> 32);
  }
  void Text(std::string_view text) {
    Number(text.size());
    bytes_ += text;
  }
  void Raw(std::string_view text) { bytes_ += text; }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// After a fault every read gives nothing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  size_t Number() {
    const std::string_view raw = Take(4);
    size_t value = 0;
    for (size_t i = raw.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(raw[i]);
    return value;
  }
  uint64_t Hash() {
    const uint64_t low = Number();
    return low | static_cast<uint64_t>(Number()) << 32;
  }
  // How many items follow, each of at least `least` bytes.
  size_t Count(size_t least) {
    const size_t count = Number();
    if (count > bytes_.size() / least) damaged_ = true;
    return damaged_ ? 0 : count;
  }
  std::string Text() { return std::string(Take(Number())); }
  std::string_view Take(size_t size) {
    if (damaged_ || size > bytes_.size()) {
      damaged_ = true;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  void Fault() { damaged_ = true; }
  bool ReadAll() const { return !damaged_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool damaged_ = false;
};

// The texts of a package that its extractor sets.
constexpr std::string model::Package::*kPackageTexts[] = {
    &model::Package::ecosystem,    &model::Package::name,        &model::Package::version,
    &model::Package::architecture, &model::Package::source_name, &model::Package::source_version,
    &model::Package::path,         &model::Package::modularity,  &model::Package::vendor};
constexpr std::string model::Distribution::*kDistributionTexts[] = {
    &model::Distribution::id, &model::Distribution::id_like, &model::Distribution::version_id,
    &model::Distribution::version_codename, &model::Distribution::pretty_name};

void WriteFile(Writer& writer, const AnalysedFile& file) {
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

AnalysedFile ReadFile(Reader& reader) {
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
  for (size_t n = reader.Count(4); n > 0; --n) file.statuses.push_back(reader.Text());
  return file;
}

}  // namespace

std::string EncodePackages(const std::vector<model::Package>& packages) {
  Writer writer;
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
  Reader reader(bytes);
  packages.resize(reader.Count(4 + 4 * std::size(kPackageTexts)));
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
  Writer writer;
  writer.Number(owned.size());
  for (const ecosystems::OwnedFiles& files : owned) {
    writer.Text(files.package);
    writer.Number(files.paths.size());
    for (const uint64_t path : files.paths) writer.Hash(path);
  }
  return writer.Take();
}

Result<std::vector<ecosystems::OwnedFiles>> DecodeOwned(std::string_view bytes) {
  std::vector<ecosystems::OwnedFiles> owned;
  if (bytes.empty()) return owned;
  Reader reader(bytes);
  for (size_t n = reader.Count(8); n > 0; --n) {
    ecosystems::OwnedFiles files{.package = reader.Text(), .paths = {}};
    files.paths.resize(reader.Count(8));
    for (uint64_t& path : files.paths) path = reader.Hash();
    owned.push_back(std::move(files));
  }
  if (!reader.ReadAll()) return DataLoss("the stored file lists of a layer are damaged");
  return owned;
}

std::string EncodeLayer(const LayerAnalysis& layer) {
  Writer writer;
  writer.Raw(kMagic);
  writer.Number(layer.entries.size());
  for (const LayerEntry& entry : layer.entries) {
    writer.Number(static_cast<size_t>(entry.kind));
    writer.Number(static_cast<size_t>(entry.file) + 1);
    writer.Text(entry.path);
    writer.Text(entry.target);
  }
  writer.Number(layer.files.size());
  for (const AnalysedFile& file : layer.files) WriteFile(writer, file);
  writer.Number(layer.loose.size());
  for (const int file : layer.loose) writer.Number(static_cast<size_t>(file));
  writer.Number(layer.hides_all_known ? 1 : 0);
  writer.Number(layer.hides.size());
  for (const uint64_t hash : layer.hides) writer.Hash(hash);
  writer.Number(layer.uncounted.size());
  for (const auto& [extractor, files] : layer.uncounted) {
    writer.Number(static_cast<size_t>(extractor));
    writer.Number(files);
  }
  return writer.Take();
}

Result<LayerAnalysis> DecodeLayer(std::string_view bytes) {
  Reader reader(bytes);
  LayerAnalysis layer;
  if (reader.Take(kMagic.size()) != kMagic) return DataLoss("not a stored layer");
  for (size_t n = reader.Count(16); n > 0; --n) {
    LayerEntry entry;
    const size_t kind = reader.Number();
    if (kind > static_cast<size_t>(LayerEntry::Kind::kOpaque)) {
      reader.Fault();
      break;
    }
    entry.kind = static_cast<LayerEntry::Kind>(kind);
    entry.file = static_cast<int>(reader.Number() & 0x7fffffff) - 1;
    entry.path = reader.Text();
    entry.target = reader.Text();
    layer.entries.push_back(std::move(entry));
  }
  for (size_t n = reader.Count(28); n > 0; --n) layer.files.push_back(ReadFile(reader));
  for (size_t n = reader.Count(4); n > 0; --n)
    layer.loose.push_back(static_cast<int>(reader.Number() & 0x7fffffff));
  layer.hides_all_known = reader.Number() != 0;
  layer.hides.resize(reader.Count(8));
  for (uint64_t& hash : layer.hides) hash = reader.Hash();
  for (size_t n = reader.Count(8); n > 0; --n) {
    const int extractor = static_cast<int>(reader.Number() & 0xffff);
    layer.uncounted.push_back({extractor, static_cast<uint32_t>(reader.Number())});
  }
  const auto is_there = [&](int file) { return file < static_cast<int>(layer.files.size()); };
  bool whole = reader.ReadAll() && std::is_sorted(layer.hides.begin(), layer.hides.end()) &&
               std::all_of(layer.loose.begin(), layer.loose.end(), is_there);
  for (const LayerEntry& entry : layer.entries) whole = whole && is_there(entry.file);
  if (!whole) return DataLoss("a stored layer is damaged");
  return layer;
}

}  // namespace narrows::inventory::image
