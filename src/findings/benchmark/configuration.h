#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace narrows::findings::benchmark {

// Where files of one kind are looked for, and what is taken when none exists.
struct Candidates {
  std::vector<std::string> files;
  std::optional<std::string> otherwise;
};

// One program of a Kubernetes node and its files.
struct Component {
  std::string name;
  bool known = false;  // described by the configuration; others are skipped
  bool optional = false;
  std::vector<std::string> bins;
  Candidates conf, svc, kubeconfig, cafile, datadir;
};

// A config.yaml: what a target's components are called, and which set of controls is for which
// version.
struct Configuration {
  std::map<std::string, std::vector<Component>> targets;  // "master" → its components in order
  std::map<std::string, std::string> version_mapping;     // "1.28" → "cis-1.10"
  std::map<std::string, std::vector<std::string>> target_mapping;  // "cis-1.10" → targets
};

// Reads config.yaml, with the one of the set over it where that is not empty: maps are joined, all
// else is replaced. kInvalidArgument with the line for what cannot be read.
Result<Configuration> ParseConfiguration(std::string_view yaml, std::string_view of_set = "");

// The set of controls for a Kubernetes version ("1.28"): its own, else that of the nearest version
// before. kNotFound when there is none.
Result<std::string> SetForVersion(const Configuration& configuration, std::string_view version);

// The set that kube-bench takes for a distribution's version ("v1.27.4+k3s1"), empty where the
// plain version decides.
std::string SetForDistribution(std::string_view git_version);

}  // namespace narrows::findings::benchmark
