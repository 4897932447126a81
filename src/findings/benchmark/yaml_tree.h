#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace narrows::findings::benchmark {

// A YAML document in which scalars keep their spelling (5.10 stays 5.10, no stays no) and
// everything knows its line.
struct YamlTree {
  enum class Kind { kNull, kScalar, kList, kMap };
  struct Member;
  Kind kind = Kind::kNull;
  int line = 1;
  std::string text;  // of a scalar
  bool quoted = false;
  std::vector<YamlTree> elements;  // of a list
  std::vector<Member> members;     // of a map, in their order

  // The member, the last one where a key is there twice; null for an absent one and what is no map.
  const YamlTree* Find(std::string_view key) const;
};
struct YamlTree::Member {
  std::string key;
  YamlTree value;
};

// The first document of at most 4 MiB, 100,000 values and 32 levels; a null for an empty text.
// kInvalidArgument with the line for malformed text, kResourceExhausted above a limit.
Result<YamlTree> ReadYamlTree(std::string_view text);

// Readers of a member, which give the default for an absent or null one and kInvalidArgument with
// the line for one of another type. Scalars of any type are text, as Go's reader takes them.
Result<std::string> TextOf(const YamlTree& parent, std::string_view key,
                           std::string_view otherwise = "");
Result<bool> BoolOf(const YamlTree& parent, std::string_view key, bool otherwise);
Result<std::vector<std::string>> TextsOf(const YamlTree& parent, std::string_view key);
// Null for an absent or null member.
Result<const YamlTree*> ListOf(const YamlTree& parent, std::string_view key);
Result<const YamlTree*> MapOf(const YamlTree& parent, std::string_view key);

// "line 7: what"
Error WrongAt(const YamlTree& place, std::string_view what);

}  // namespace narrows::findings::benchmark
