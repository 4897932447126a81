#include "parts.h"

#include <cstdio>

#include "base/file.h"
#include "commands.h"
#include "ecosystems/alpine/version.h"
#include "ecosystems/debian/version.h"

namespace narrows::app {

int Fail(const Error& error) {
  std::fprintf(stderr, "narrows: %s\n", error.message.c_str());
  return kCouldNotRun;
}

void Warn(std::string_view message) {
  std::fprintf(stderr, "narrows: warning: %.*s\n", static_cast<int>(message.size()),
               message.data());
}

Result<std::filesystem::path> DatabasePath(const std::string& flag) {
  if (!flag.empty()) return std::filesystem::path(flag);
  ASSIGN_OR_RETURN(const std::filesystem::path cache, UserCacheDir());
  return cache / "narrows.db";
}

ecosystems::VersionOrders MakeVersionOrders() {
  ecosystems::VersionOrders orders;
  orders.push_back(ecosystems::MakeDebianVersionOrder());
  orders.push_back(ecosystems::MakeUbuntuVersionOrder());
  orders.push_back(ecosystems::MakeAlpineVersionOrder());
  return orders;
}

}  // namespace narrows::app
