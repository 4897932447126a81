#include "inventory/image/image_tree.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace narrows::inventory::image {
namespace {

constexpr int kMostLinks = 40;  // as Linux has it (path_resolution(7))
// Components that a path has with what its links add. More is hostile, and costs: links that lead
// through each other make tens of thousands of every path, so all such paths share a limit.
constexpr int kOrdinarySteps = 200;
constexpr uint64_t kMostFurtherSteps = 1'000'000;

// Puts the components of `path` on a stack, the first on top.
void Push(std::string_view path, std::vector<std::string>& stack) {
  const std::vector<std::string_view> parts = Split(path, '/');
  for (auto it = parts.rbegin(); it != parts.rend(); ++it)
    if (!it->empty() && *it != ".") stack.emplace_back(*it);
}

std::string Below(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name) : std::string(folder) + "/" + std::string(name);
}

}  // namespace

struct ImageTree::Node {
  enum class Kind { kFolder, kFile, kSymlink, kOther, kUnwatchedLink };

  Kind kind = Kind::kFolder;
  // Of a symlink where it points; of a file the path its content came by; of a hard link to what is
  // not watched that path.
  std::string target;
  int layer = 0;
  int file = LayerEntry::kUnread;
  Node* parent = nullptr;
  std::map<std::string, std::unique_ptr<Node>, std::less<>> children;

  Node* Child(std::string_view name) const {
    const auto it = children.find(name);
    return it == children.end() ? nullptr : it->second.get();
  }
  Node* Put(const std::string& name, Kind child_kind) {
    auto child = std::make_unique<Node>();
    child->kind = child_kind;
    child->parent = this;
    return (children[name] = std::move(child)).get();
  }
};

// Where a path leads.
struct ImageTree::Found {
  Node* node = nullptr;    // nothing there
  Node* parent = nullptr;  // of the last component; set also where nothing is there yet
  std::string name;        // the last component
  std::string path;        // without links
  std::string unwatched;   // not empty: it leads there, of which the tree knows nothing
};

ImageTree::ImageTree(const Watchlist& watchlist, const LooseFiles& loose)
    : watchlist_(watchlist), loose_(loose), root_(std::make_unique<Node>()) {}
ImageTree::~ImageTree() = default;

// `create` makes the folders on the way where there are none.
ImageTree::Found ImageTree::Walk(std::string_view path, bool follow_last, bool create) const {
  std::vector<std::string> rest;
  Push(path, rest);
  Node* folder = root_.get();
  std::string here;
  int links = 0;
  int steps = 0;
  while (!rest.empty()) {
    if (++steps > kOrdinarySteps && ++further_steps_ > kMostFurtherSteps) return {};
    const std::string name = std::move(rest.back());
    rest.pop_back();
    if (name == "..") {
      if (folder->parent != nullptr) folder = folder->parent;
      here = FolderOf(here);
      continue;
    }
    const bool last = rest.empty();
    std::string next = Below(here, name);
    Node* child = folder->Child(name);
    if (child == nullptr && !watchlist_.Watches(next)) {
      for (auto it = rest.rbegin(); it != rest.rend(); ++it) next += "/" + *it;
      return {.unwatched = std::move(next)};
    }
    if (child != nullptr && child->kind == Node::Kind::kSymlink && (!last || follow_last)) {
      if (++links > kMostLinks) return {};
      if (child->target.starts_with('/')) {
        folder = root_.get();
        here.clear();
      }
      Push(child->target, rest);
      continue;
    }
    if (last) {
      if (child != nullptr && child->kind == Node::Kind::kUnwatchedLink && follow_last)
        return {.unwatched = child->target};
      return {child, folder, name, std::move(next), ""};
    }
    if (child == nullptr || child->kind != Node::Kind::kFolder) {
      if (!create) return {};
      child = folder->Put(name, Node::Kind::kFolder);
    }
    folder = child;
    here = std::move(next);
  }
  return {.node = folder, .path = std::move(here)};
}

void ImageTree::Apply(const LayerAnalysis& analysis, int layer) {
  // What a layer removes is what lower layers brought, wherever in the layer it says so.
  for (const LayerEntry& entry : analysis.entries) Remove(entry);
  for (const LayerEntry& entry : analysis.entries) Place(entry, layer);
}

void ImageTree::Remove(const LayerEntry& entry) {
  if (entry.kind != LayerEntry::Kind::kWhiteout && entry.kind != LayerEntry::Kind::kOpaque) return;
  const Found found = Walk(entry.path, false, false);
  if (found.node == nullptr) return;
  if (entry.kind == LayerEntry::Kind::kOpaque) {
    found.node->children.clear();
  } else if (found.parent != nullptr) {
    found.parent->children.erase(found.name);
  }
}

void ImageTree::Place(const LayerEntry& entry, int layer) {
  using Kind = LayerEntry::Kind;
  if (entry.kind == Kind::kWhiteout || entry.kind == Kind::kOpaque) return;
  const Found found = Walk(entry.path, false, true);
  if (found.parent == nullptr) return;  // the root, or beyond what is watched
  switch (entry.kind) {
    case Kind::kDirectory:
      if (found.node == nullptr || found.node->kind != Node::Kind::kFolder)
        found.parent->Put(found.name, Node::Kind::kFolder);
      break;
    case Kind::kSymlink:
      found.parent->Put(found.name, Node::Kind::kSymlink)->target = entry.target;
      break;
    case Kind::kFile: {
      Node* node = found.parent->Put(found.name, Node::Kind::kFile);
      node->target = entry.path;
      node->layer = layer;
      node->file = entry.file;
      break;
    }
    case Kind::kHardLink:
      PlaceHardLink(entry, found);
      break;
    default:
      found.parent->Put(found.name, Node::Kind::kOther);
  }
}

// A link to what is not watched is to the file that is there now, if anybody has read it.
void ImageTree::PlaceHardLink(const LayerEntry& entry, const Found& found) {
  const Found target = Walk(entry.target, false, false);
  if (target.node != nullptr && target.node == found.node) return;
  Node link;
  link.kind = Node::Kind::kOther;
  if (!target.unwatched.empty()) {
    Watchlist::Target reader;
    const LooseFiles::File* loose = nullptr;
    if (watchlist_.Reads(found.path, &reader))
      loose = loose_.Find(target.unwatched, reader.extractor);
    link.kind = loose == nullptr ? Node::Kind::kUnwatchedLink : Node::Kind::kFile;
    link.target = target.unwatched;
    link.layer = loose == nullptr ? 0 : loose->layer;
    link.file = loose == nullptr ? LayerEntry::kUnread : loose->file;
  } else if (target.node != nullptr && target.node->kind != Node::Kind::kFolder) {
    link.kind = target.node->kind;
    link.target = target.node->target;
    link.layer = target.node->layer;
    link.file = target.node->file;
  }
  Node* node = found.parent->Put(found.name, link.kind);
  node->target = std::move(link.target);
  node->layer = link.layer;
  node->file = link.file;
}

void ImageTree::LookAt(const Found& found, const Watchlist::Place& place, View& view,
                       Seen& seen) const {
  if (!found.unwatched.empty()) {
    const LooseFiles::File* loose =
        place.folder ? nullptr : loose_.Find(found.unwatched, place.extractor);
    if (loose != nullptr) {
      if (seen.emplace(loose->layer, loose->file).second)
        view.files.push_back({loose->layer, loose->file, place.as});
      return;
    }
    view.wanted.push_back({found.unwatched, place.folder, place.extractor, place.as});
    return;
  }
  const Node* node = found.node;
  if (node == nullptr) return;
  if (place.folder) {
    if (node->kind != Node::Kind::kFolder) return;
    if (!watchlist_.ReadsFolder(found.path)) {  // known as a folder on the way only
      view.wanted.push_back({found.path, true, place.extractor, place.as});
      return;
    }
    for (const auto& [name, child] : node->children) {
      const Watchlist::Place file{"", false, place.extractor, place.as + "/" + name};
      if (watchlist_.extractor(place.extractor)->Claims(file.as))
        LookAt(Walk(Below(found.path, name), true, false), file, view, seen);
    }
    return;
  }
  if (node->kind != Node::Kind::kFile) return;
  if (node->file == LayerEntry::kUnread) {
    view.wanted.push_back({node->target, false, place.extractor, place.as});
    return;
  }
  if (seen.emplace(node->layer, node->file).second)
    view.files.push_back({node->layer, node->file, place.as});
}

ImageTree::View ImageTree::Look() const {
  View view;
  Seen seen;
  for (const Watchlist::Place& place : watchlist_.well_known())
    LookAt(Walk(place.path, true, false), place, view, seen);
  return view;
}

bool ImageTree::exhausted() const { return further_steps_ > kMostFurtherSteps; }

}  // namespace narrows::inventory::image
