#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "findings/benchmark/configuration.h"

namespace narrows::findings::benchmark {

// A set of control files, as read from its folder.
struct ControlSet {
  std::string id;  // "cis-1.10"
  Configuration configuration;
  std::map<std::string, std::string> files;  // target ("master") → the text of its file
};

// DIR/config.yaml by itself, for choosing a set.
Result<Configuration> LoadConfiguration(const std::filesystem::path& folder);

// The set `id` of a folder such as kube-bench's cfg/: DIR/ID/*.yaml, with DIR/ID/config.yaml over
// DIR/config.yaml. kNotFound when the folder has no such set, naming those it has;
// kInvalidArgument for an id that is no name, with file and line for a malformed file.
Result<ControlSet> LoadControlSet(const std::filesystem::path& folder, std::string_view id);

}  // namespace narrows::findings::benchmark
