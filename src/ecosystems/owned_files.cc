#include "ecosystems/owned_files.h"

#include "base/path_hash.h"

namespace narrows::ecosystems {
namespace {

// Folders of the root that became links to those of the same name in /usr.
bool IsMerged(std::string_view folder) {
  return folder == "bin" || folder == "sbin" || folder == "lib" || folder == "lib32" ||
         folder == "lib64" || folder == "libx32";
}

}  // namespace

uint64_t OwnedPathHash(std::string_view path) {
  while (path.starts_with('/') || path.starts_with("./"))
    path.remove_prefix(path.starts_with('/') ? 1 : 2);
  PathHash hash;
  if (IsMerged(path.substr(0, path.find('/')))) hash.Add("usr/");
  return hash.Add(path).Value();
}

}  // namespace narrows::ecosystems
