#include <cstdio>

#include "commands.h"
#include "parts.h"

namespace narrows::app {

int RunVersion(bool json) {
  const std::string version(kVersion);
  std::printf(json ? "{\"version\": \"%s\"}\n" : "narrows %s\n", version.c_str());
  return kDone;
}

}  // namespace narrows::app
