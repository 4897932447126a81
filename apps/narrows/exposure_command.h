#pragma once

#include <string>

#include "commands.h"

namespace narrows::app {

struct ExposureFlags {
  ClusterFlags cluster;
  OutputFormat output = OutputFormat::kTable;
  std::string workload;    // NAMESPACE/KIND/NAME; empty: all
  std::string name_space;  // empty: all
};

int RunExposure(const ExposureFlags& flags);

}  // namespace narrows::app
