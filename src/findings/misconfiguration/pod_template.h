#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "findings/misconfiguration/field_path.h"

namespace narrows::findings::misconfiguration {

// A pod, or what a workload makes its pods from. Borrows from the object it was taken of.
struct PodTemplate {
  const boost::json::object* metadata;  // may be null
  const boost::json::object* spec;
  FieldPath path;  // of what holds metadata and spec; empty for a pod
};

struct Container {
  enum class Role { kInit, kOrdinary, kEphemeral };
  const boost::json::object* object;
  const boost::json::object* security;  // its securityContext, or null
  FieldPath path;
  std::string name;
  Role role;
};

// Of a Pod, PodTemplate, CronJob, and of every kind that keeps a template with containers where
// Deployments do (so also of the workloads of other projects); nothing for other objects.
std::optional<PodTemplate> PodTemplateOf(const boost::json::object& object);

// Init containers first, then ordinary and ephemeral ones. What is no map is left out.
std::vector<Container> ContainersOf(const PodTemplate& pod);

}  // namespace narrows::findings::misconfiguration
