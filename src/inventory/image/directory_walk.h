#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/call_context.h"
#include "base/file_descriptor.h"
#include "base/result.h"

namespace narrows::inventory::image {

// Opens `path` for reading as a process would whose root is the folder `root`: the kernel itself
// keeps every link within. A descriptor below 0, with errno, when it cannot.
FileDescriptor OpenInRoot(int root, const std::string& path, uint64_t flags);

struct WalkVisitor {
  // Whether to go into a folder.
  std::function<bool(const std::string& path)> on_folder;
  // A regular file; `folder` is open and holds it under `name`. An error ends the walk.
  std::function<Status(const std::string& path, int folder, const char* name)> on_file;
  // Something could not be looked into, and why.
  std::function<void(std::string why)> on_fault;
};

// Goes through all files below `root`, whose paths are "/"-less, without following links and
// without entering the kernel's own file systems (proc, sysfs and their like). Folders are entered
// in the order the kernel names them; the memory it takes does not grow with their size.
Status WalkDirectory(int root, const WalkVisitor& visitor, const CallContext& context);

}  // namespace narrows::inventory::image
