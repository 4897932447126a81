#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ecosystems/executable.h"

namespace narrows::ecosystems::golang {

// A module of a program, after replacement.
struct Module {
  std::string path;     // "golang.org/x/net"; of a local replacement a folder, "./x"
  std::string version;  // "v0.17.0"; empty or "(devel)" where it has none
};

// What the Go linker writes into each program of modules (runtime/debug.BuildInfo).
struct BuildInfo {
  std::string go_version;      // "go1.22.5"
  std::optional<Module> main;  // the module of the program itself
  std::vector<Module> dependencies;
  bool has_modules = true;  // false where the build told nothing of them
  bool cut = false;         // there were more than 20,000 modules
};

// Reads the build information of an executable in both its layouts: strings in line (Go 1.18 and
// later) and pointers to them. Nothing for a program without it; kDataLoss when there is one that
// cannot be read. Agrees with `go version -m` (package debug/buildinfo).
Result<std::optional<BuildInfo>> ReadBuildInfo(const Executable& executable);

}  // namespace narrows::ecosystems::golang
