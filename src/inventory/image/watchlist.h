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

// The paths of an image's file system that an analysis looks at: the places of package data bases
// and of os-release, the folders on the way there, and the places that links lead to, once those
// are known. All paths are normalised ("" is the root).
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

  // Whether all files right in the folder are watched.
  bool ReadsFolder(std::string_view path) const;

  // The well-known places, without what Add brought.
  std::span<const Place> well_known() const { return {places_.data(), well_known_}; }
  const ecosystems::PackageExtractor* extractor(int index) const;

  // Changes with the extractors, their versions and the places: part of the layer cache's key.
  std::string Fingerprint() const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  std::vector<const ecosystems::PackageExtractor*> extractors_;
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
