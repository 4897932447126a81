#include "inventory/image/watchlist.h"

#include "base/sha256.h"

namespace narrows::inventory::image {
namespace {

constexpr int kFormat = 4;  // of LayerAnalysis and of what is put into it

// ELF, PE (by the stub that every one begins with) and Mach-O: thin ones of 32 and 64 bits in both
// byte orders, and fat ones, which begin like Java classes but have fewer architectures than those
// have versions.
bool IsExecutable(std::string_view head) {
  if (head.size() < 8) return false;
  const auto starts = [&](std::string_view magic) { return head.starts_with(magic); };
  if (starts("\x7f"
             "ELF") ||
      starts("MZ"))
    return true;
  if (starts("\xce\xfa\xed\xfe") || starts("\xcf\xfa\xed\xfe") || starts("\xfe\xed\xfa\xce") ||
      starts("\xfe\xed\xfa\xcf"))
    return true;
  constexpr unsigned char kLeastClassVersion = 43;
  return (starts("\xca\xfe\xba\xbe") || starts("\xca\xfe\xba\xbf")) && head[4] == 0 &&
         head[5] == 0 && head[6] == 0 && static_cast<unsigned char>(head[7]) < kLeastClassVersion;
}

}  // namespace

std::string_view FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view NameOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

Watchlist::Watchlist(Extractors extractors) : extractors_(extractors.begin(), extractors.end()) {
  for (size_t i = 0; i < extractors_.size(); ++i) {
    const std::vector<std::string_view> places = extractors_[i]->Places();
    has_places_.push_back(!places.empty());
    (places.empty() ? anywhere_ : recognisers_).push_back(static_cast<int>(i));
    if (extractors_[i]->ClaimsExecutables()) executables_.push_back(static_cast<int>(i));
    for (std::string_view place : places) {
      const bool folder = place.ends_with('/');
      if (folder) place.remove_suffix(1);
      Add({std::string(place), folder, static_cast<int>(i), std::string(place)});
    }
  }
  for (const char* place : {"etc/os-release", "usr/lib/os-release"})
    Add({place, false, kOsRelease, place});
  well_known_ = places_.size();
}

bool Watchlist::Add(Place place) {
  if (!by_path_.emplace(place.path, places_.size()).second) return false;
  for (std::string_view way = place.path; !way.empty();) {
    way = FolderOf(way);
    ways_.emplace(way);
  }
  places_.push_back(std::move(place));
  return true;
}

bool Watchlist::Watches(std::string_view path) const {
  if (ways_.find(path) != ways_.end() || by_path_.find(path) != by_path_.end()) return true;
  return ReadsFolder(FolderOf(path));
}

bool Watchlist::ReadsFolder(std::string_view path) const {
  const auto it = by_path_.find(path);
  return it != by_path_.end() && places_[it->second].folder;
}

bool Watchlist::Reads(std::string_view path, Target* target) const {
  if (const auto it = by_path_.find(path); it != by_path_.end()) {
    const Place& place = places_[it->second];
    if (place.folder) return false;
    *target = {place.extractor, place.as};
    return true;
  }
  const auto folder = by_path_.find(FolderOf(path));
  if (folder == by_path_.end() || !places_[folder->second].folder) return false;
  const Place& place = places_[folder->second];
  *target = {place.extractor, place.as + "/" + std::string(NameOf(path))};
  return extractor(place.extractor)->Claims(target->as);
}

void Watchlist::ClaimedBy(std::string_view path, std::vector<int>& extractors) const {
  for (const int index : anywhere_)
    if (extractor(index)->Claims(path)) extractors.push_back(index);
}

void Watchlist::ClaimedAsExecutable(std::string_view head, std::vector<int>& extractors) const {
  if (executables_.empty() || !IsExecutable(head)) return;
  extractors.insert(extractors.end(), executables_.begin(), executables_.end());
}

void Watchlist::ClaimedByHead(std::string_view head, std::vector<int>& extractors) const {
  ClaimedAsExecutable(head, extractors);
  for (const int index : recognisers_)
    if (extractor(index)->Recognises(head)) extractors.push_back(index);
}

bool Watchlist::HasPlaces(int extractor) const {
  return extractor != kOsRelease && has_places_[static_cast<size_t>(extractor)];
}

const ecosystems::PackageExtractor* Watchlist::extractor(int index) const {
  return index == kOsRelease ? nullptr : extractors_[static_cast<size_t>(index)];
}

std::string Watchlist::Fingerprint() const {
  std::string text = std::to_string(kFormat) + "\n";
  for (const auto* extractor : extractors_)
    text += std::string(extractor->Name()) + " " + std::to_string(extractor->Version()) + "\n";
  for (const Place& place : places_) {
    text += place.path + (place.folder ? "/ " : " ") + std::to_string(place.extractor) + " " +
            place.as + "\n";
  }
  return Sha256Hex(text).substr(0, 16);
}

}  // namespace narrows::inventory::image
