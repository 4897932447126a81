#include "inventory/image/loose_files.h"

#include <algorithm>
#include <utility>

#include "base/path_hash.h"

namespace narrows::inventory::image {

// Whether the path, or a folder on the way to it, the root included, is among what is hidden.
bool LooseFiles::Hides(const LayerAnalysis& analysis, std::string_view path) {
  PathHash hash;
  const auto hidden = [&] {
    return std::binary_search(analysis.hides.begin(), analysis.hides.end(), hash.Value());
  };
  if (hidden()) return true;
  for (size_t start = 0; start < path.size();) {
    const size_t end = std::min(path.find('/', start + 1), path.size());
    hash.Add(path.substr(start, end - start));
    if (hidden()) return true;
    start = end;
  }
  hash.Add("/");
  return hidden();
}

void LooseFiles::Apply(const LayerAnalysis& analysis, int layer) {
  if (analysis.loose.empty() && (analysis.hides.empty() || files_.empty())) return;
  index_.clear();
  std::map<Key, File> replaced;
  if (!analysis.hides.empty() && !files_.empty()) {
    std::vector<File> visible;
    for (const File& file : files_) {
      if (Hides(analysis, file.content->as)) {
        replaced.emplace(KeyOf(file), file);
      } else {
        visible.push_back(file);
      }
    }
    files_ = std::move(visible);
  }
  for (const int number : analysis.loose) {
    const AnalysedFile& content = analysis.files[static_cast<size_t>(number)];
    File file{layer, number, layer, &content};
    const auto before = replaced.find(KeyOf(file));
    if (before != replaced.end() && before->second.content->packages == content.packages)
      file.introduced = before->second.introduced;
    files_.push_back(file);
  }
}

const LooseFiles::File* LooseFiles::Find(std::string_view path, int extractor) const {
  // The topmost wins, should a layer that does not say all that it hides leave several.
  if (index_.empty())
    for (size_t i = 0; i < files_.size(); ++i) index_[KeyOf(files_[i])] = i;
  const auto it = index_.find({path, extractor});
  return it == index_.end() ? nullptr : &files_[it->second];
}

}  // namespace narrows::inventory::image
