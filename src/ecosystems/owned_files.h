#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace narrows::ecosystems {

// Stands for the path of a file in lists of what packages own, which are too long to be kept as
// text. "/" at the front and "./" count for nothing, and "lib/…", "bin/…" and so on are the same as
// "usr/lib/…", "usr/bin/…": package managers still list the names from before these folders were
// merged.
uint64_t OwnedPathHash(std::string_view path);

// Files of one package of an operating system.
struct OwnedFiles {
  std::string package;          // its name, without version and architecture
  std::vector<uint64_t> paths;  // OwnedPathHash of each, in any order

  void Add(std::string_view path) { paths.push_back(OwnedPathHash(path)); }
};

}  // namespace narrows::ecosystems
