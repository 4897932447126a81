#include "findings/benchmark/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <map>
#include <streambuf>

#include "base/strings.h"

namespace narrows::findings::benchmark {
namespace {

constexpr size_t kMostBytes = 4u << 20;
constexpr size_t kMostValues = 100'000;
constexpr size_t kMostDepth = 32;

// Leaves the parser, which knows no other way to be stopped; caught in ReadYamlTree.
struct Refusal {
  Error error;
};

class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // NOLINT: std::streambuf reads only
    setg(begin, begin, begin + text.size());
  }
};

size_t Count(const YamlTree& tree) {
  size_t count = 1;
  for (const YamlTree& element : tree.elements) count += Count(element);
  for (const auto& member : tree.members) count += Count(member.value);
  return count;
}

size_t Depth(const YamlTree& tree) {
  size_t deepest = 0;
  for (const YamlTree& element : tree.elements) deepest = std::max(deepest, Depth(element));
  for (const auto& member : tree.members) deepest = std::max(deepest, Depth(member.value));
  return deepest + 1;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  YamlTree Take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Leaf(mark, anchor, {}); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlTree leaf;
    leaf.quoted = tag != "?" && !tag.empty();
    const bool null = !leaf.quoted && (value.empty() || value == "~" || value == "null" ||
                                       value == "Null" || value == "NULL");
    leaf.kind = null ? YamlTree::Kind::kNull : YamlTree::Kind::kScalar;
    leaf.text = value;
    Leaf(mark, anchor, std::move(leaf));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Refusal{InvalidArgument(Line(mark) + "an alias to something around it")};
    values_ += Count(found->second);
    if (open_.size() + Depth(found->second) > kMostDepth) throw Refusal{TooDeep(mark)};
    Leaf(mark, YAML::NullAnchor, found->second);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, anchor, YamlTree::Kind::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, anchor, YamlTree::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Opened {
    YamlTree tree;
    YAML::anchor_t anchor;
    bool has_key = false;
    std::string key;
  };

  static std::string Line(const YAML::Mark& mark) {
    return "line " + std::to_string(mark.line + 1) + ": ";
  }
  static Error TooDeep(const YAML::Mark& mark) {
    return ResourceExhausted(Line(mark) + "nested more than 32 levels deep");
  }

  void Leaf(const YAML::Mark& mark, YAML::anchor_t anchor, YamlTree leaf) {
    leaf.line = mark.line + 1;
    Add(std::move(leaf), anchor, mark.line + 1);
  }
  void Open(const YAML::Mark& mark, YAML::anchor_t anchor, YamlTree::Kind kind) {
    if (open_.size() >= kMostDepth) throw Refusal{TooDeep(mark)};
    Opened opened{{}, anchor, false, {}};
    opened.tree.kind = kind;
    opened.tree.line = mark.line + 1;
    open_.push_back(std::move(opened));
  }
  void Close() {
    Opened closed = std::move(open_.back());
    open_.pop_back();
    const int line = closed.tree.line;
    Add(std::move(closed.tree), closed.anchor, line);
  }
  void Add(YamlTree tree, YAML::anchor_t anchor, int line) {
    if (++values_ > kMostValues)
      throw Refusal{
          ResourceExhausted("line " + std::to_string(line) + ": more than 100,000 values")};
    if (anchor != YAML::NullAnchor) anchors_[anchor] = tree;
    if (open_.empty()) {
      root_ = std::move(tree);
      return;
    }
    Opened& parent = open_.back();
    if (parent.tree.kind == YamlTree::Kind::kList) {
      parent.tree.elements.push_back(std::move(tree));
    } else if (!parent.has_key) {
      if (tree.kind == YamlTree::Kind::kList || tree.kind == YamlTree::Kind::kMap)
        throw Refusal{InvalidArgument("line " + std::to_string(line) + ": a key that is no text")};
      parent.key = std::move(tree.text);
      parent.has_key = true;
    } else {
      parent.tree.members.push_back({std::move(parent.key), std::move(tree)});
      parent.has_key = false;
    }
  }

  std::vector<Opened> open_;
  std::map<YAML::anchor_t, YamlTree> anchors_;
  YamlTree root_;
  size_t values_ = 0;
};

bool IsAny(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

Result<const YamlTree*> MemberOf(const YamlTree& parent, std::string_view key, YamlTree::Kind kind,
                                 std::string_view noun) {
  const YamlTree* member = parent.Find(key);
  if (member == nullptr || member->kind == YamlTree::Kind::kNull) return nullptr;
  if (member->kind != kind)
    return WrongAt(*member, "'" + std::string(key) + "' must be " + std::string(noun));
  return member;
}

}  // namespace

const YamlTree* YamlTree::Find(std::string_view key) const {
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    if (member->key == key) return &member->value;
  }
  return nullptr;
}

Result<YamlTree> ReadYamlTree(std::string_view text) {
  if (text.size() > kMostBytes) return ResourceExhausted("more than 4 MiB of YAML");
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    TreeBuilder builder;
    if (!parser.HandleNextDocument(builder)) return YamlTree();
    return builder.Take();
  } catch (const Refusal& refusal) {
    return refusal.error;
  } catch (const YAML::Exception& exception) {
    return InvalidArgument("line " + std::to_string(exception.mark.line + 1) + ": " +
                           Printable(exception.msg));
  }
}

Error WrongAt(const YamlTree& place, std::string_view what) {
  return InvalidArgument("line " + std::to_string(place.line) + ": " + std::string(what));
}

Result<std::string> TextOf(const YamlTree& parent, std::string_view key,
                           std::string_view otherwise) {
  ASSIGN_OR_RETURN(const YamlTree* member,
                   MemberOf(parent, key, YamlTree::Kind::kScalar, "a text"));
  return member == nullptr ? std::string(otherwise) : member->text;
}

Result<bool> BoolOf(const YamlTree& parent, std::string_view key, bool otherwise) {
  ASSIGN_OR_RETURN(const YamlTree* member,
                   MemberOf(parent, key, YamlTree::Kind::kScalar, "true or false"));
  if (member == nullptr) return otherwise;
  if (!member->quoted) {
    const std::string word = ToLower(member->text);
    if (IsAny(word, {"true", "yes", "on", "y"})) return true;
    if (IsAny(word, {"false", "no", "off", "n"})) return false;
  }
  return WrongAt(*member, "'" + std::string(key) + "' must be true or false");
}

Result<std::vector<std::string>> TextsOf(const YamlTree& parent, std::string_view key) {
  std::vector<std::string> texts;
  ASSIGN_OR_RETURN(const YamlTree* list, ListOf(parent, key));
  if (list == nullptr) return texts;
  for (const YamlTree& element : list->elements) {
    if (element.kind != YamlTree::Kind::kScalar)
      return WrongAt(element, "'" + std::string(key) + "' must be a list of texts");
    texts.push_back(element.text);
  }
  return texts;
}

Result<const YamlTree*> ListOf(const YamlTree& parent, std::string_view key) {
  return MemberOf(parent, key, YamlTree::Kind::kList, "a list");
}

Result<const YamlTree*> MapOf(const YamlTree& parent, std::string_view key) {
  return MemberOf(parent, key, YamlTree::Kind::kMap, "a map");
}

}  // namespace narrows::findings::benchmark
