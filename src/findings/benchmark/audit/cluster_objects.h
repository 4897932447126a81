#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "findings/benchmark/audit/facts.h"

namespace narrows::findings::benchmark::audit {

// A resource that audits may ask for.
struct Resource {
  std::string_view plural;
  std::string_view singular;
  std::string_view kind;
  std::string_view short_name;
  std::string_view group;  // with a dot behind it in messages; empty for the core
  std::string_view api_version;
  bool namespaced = true;
};

// By any of its names, "pods.v1." included; null for others.
const Resource* FindResource(std::string_view name);

struct ParsedList;

// Lists of objects, asked for once and indexed by name. Not thread-safe.
class ClusterObjects {
 public:
  explicit ClusterObjects(const ClusterFacts& facts);
  ~ClusterObjects();

  // All objects of a resource, in the order of the API.
  Result<const ParsedList*> List(const Resource& resource);
  const ClusterFacts& facts() const { return facts_; }

 private:
  const ClusterFacts& facts_;
  std::map<std::string, std::unique_ptr<ParsedList>, std::less<>> lists_;
};

}  // namespace narrows::findings::benchmark::audit
