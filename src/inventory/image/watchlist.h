#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ecosystems/package_extractor.h"

namespace narrows::inventory::image {

using Extractors = std::span<const ecosystems::PackageExtractor* const>;

// What an analysis looks at in an image's file system: the places of package data bases and of
// os-release, the folders on the way there, and the places that links lead to, once those are
// known; and, wherever they lie, the files that extractors without places claim. All paths are
// normalised ("" is the root).
class Watchlist {
 public:
  static constexpr int kOsRelease = -1;  // in place of an extractor

  struct Place {
    std::string path;
    bool folder = false;         // the files right in it
    int extractor = kOsRelease;  // which one reads it
    std::string as;              // the well-known path it stands for; `path` itself but for links
  };

  // A file to be read.
  struct Target {
    int extractor = kOsRelease;
    std::string as;
  };

  // The places of the extractors, which must outlive the list, and of os-release.
  explicit Watchlist(Extractors extractors);

  // Adds what a link leads to; false when it is there already.
  bool Add(Place place);

  // Whether an entry at `path` matters: a place, what is right in a folder, or a folder on the way.
  bool Watches(std::string_view path) const;

  // Whether a file at `path` is to be read, and by whom.
  bool Reads(std::string_view path, Target* target) const;

  // Appends the extractors without places that claim a regular file at `path`.
  void ClaimedBy(std::string_view path, std::vector<int>& extractors) const;

  // Whether somebody wants to see how regular files begin that nobody claims by their path.
  bool LooksAtHeads() const { return !executables_.empty() || !recognisers_.empty(); }

  // How much of a file shows what it is.
  static constexpr size_t kHeadBytes = 512;

  // Appends the extractors that want a file because it begins so: as an executable, or as a package
  // data base may that a link is going to lead to.
  void ClaimedByHead(std::string_view head, std::vector<int>& extractors) const;
  void ClaimedAsExecutable(std::string_view head, std::vector<int>& extractors) const;
  bool ClaimsExecutables() const { return !executables_.empty(); }

  // Whether the extractor reads package data bases at their places.
  bool HasPlaces(int extractor) const;

  // Whether all files right in the folder are watched.
  bool ReadsFolder(std::string_view path) const;

  // The well-known places, without what Add brought.
  std::span<const Place> well_known() const { return {places_.data(), well_known_}; }
  // What Add brought.
  std::span<const Place> added() const { return std::span(places_).subspan(well_known_); }
  const ecosystems::PackageExtractor* extractor(int index) const;
  Extractors extractors() const { return extractors_; }

  // Changes with the extractors, their versions and the places: part of the layer cache's key.
  std::string Fingerprint() const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  std::vector<const ecosystems::PackageExtractor*> extractors_;
  std::vector<int> anywhere_, executables_, recognisers_;  // of them
  std::vector<bool> has_places_;
  std::vector<Place> places_;
  size_t well_known_ = 0;
  std::unordered_map<std::string, size_t, Hash, std::equal_to<>> by_path_;
  std::unordered_set<std::string, Hash, std::equal_to<>> ways_;  // folders on the way to a place
};

// "a/b" → "a"; "a" → "".
std::string_view FolderOf(std::string_view path);
// "a/b" → "b".
std::string_view NameOf(std::string_view path);

}  // namespace narrows::inventory::image
