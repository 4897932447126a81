#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "inventory/node/node_facts.h"

namespace narrows::inventory::node {

struct LiveNodeOptions {
  std::filesystem::path root = "/";      // the node's root: "/host" in a container
  std::filesystem::path proc = "/proc";  // of the node's pid namespace
};

// The node this runs on: processes by one walk over /proc, which is kept; files by one system call
// each, links followed within the root; names of users and groups from the root's /etc. The facts
// of one run: a later change of the node shows in new facts. Thread-safe.

// Processes() fails where /proc cannot be read.
Result<std::unique_ptr<NodeFacts>> MakeLiveNode(const LiveNodeOptions& options);

}  // namespace narrows::inventory::node
