#pragma once

#include <string>

#include "commands.h"

namespace narrows::app {

struct RbacFlags {
  ClusterFlags cluster;
  OutputFormat output = OutputFormat::kTable;
  // of `who-can`
  std::string verb;
  std::string resource;  // TYPE[.GROUP][/SUBRESOURCE], or a path of the API server
  std::string name;
  std::string name_space;  // empty: the context's
  bool all_namespaces = false;
  std::string subresource;
  // of `paths`
  std::string subject;
  // of `findings`
  std::string fail_on;  // a severity, or empty
};

int RunRbacWhoCan(const RbacFlags& flags);
int RunRbacPaths(const RbacFlags& flags);
int RunRbacFindings(const RbacFlags& flags);

}  // namespace narrows::app
