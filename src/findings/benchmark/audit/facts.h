#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "inventory/node/node_facts.h"

namespace narrows::findings::benchmark::audit {

using inventory::node::FileResult;
using inventory::node::FileStatus;
using inventory::node::NodeFacts;
using inventory::node::Process;

// What a cluster answers. Objects are JSON text so that this header stays light.
class ClusterFacts {
 public:
  virtual ~ClusterFacts() = default;

  // A list object ({"items":[…]}, in the API's order) of a resource ("pods", "clusterroles"), of
  // one namespace or of all when that is empty. kNotFound for a resource the cluster does not
  // serve.
  virtual Result<std::string> List(std::string_view resource,
                                   std::string_view name_space) const = 0;
  // Whether `user` may do `verb` on `resource`, in one namespace or in all when that is empty.
  virtual Result<bool> CanI(std::string_view verb, std::string_view resource,
                            std::string_view name_space, std::string_view user) const = 0;
  // The namespace that requests go to which name none.
  virtual std::string DefaultNamespace() const = 0;
};

}  // namespace narrows::findings::benchmark::audit
