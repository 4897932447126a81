#include "parts.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/file.h"
#include "base/strings.h"
#include "commands.h"
#include "report/terminal/terminal.h"
#include "storage/sqlite/sqlite_store.h"

namespace narrows::app {
namespace {

// Messages repeat words of registries, API servers and images.
constexpr size_t kMostMessageBytes = 8000;

}  // namespace

int Fail(const Error& error) {
  std::fprintf(stderr, "narrows: %s\n", Printable(error.message, kMostMessageBytes).c_str());
  return kCouldNotRun;
}

void Warn(std::string_view message) {
  std::fprintf(stderr, "narrows: warning: %s\n", Printable(message, kMostMessageBytes).c_str());
}

Result<std::filesystem::path> DatabasePath(const std::string& flag) {
  if (!flag.empty()) return std::filesystem::path(flag);
  ASSIGN_OR_RETURN(const std::filesystem::path cache, UserCacheDir());
  return cache / "narrows.db";
}

Result<std::unique_ptr<storage::Store>> OpenStoreForReading(const std::string& path) {
  auto store = storage::OpenSqliteStore({.path = path, .access = storage::Access::kReadOnly});
  if (store.has_value() || store.error().code != ErrorCode::kNotFound) return store;
  return NotFound(store.error().message +
                  "; where it runs in the cluster, ask it there: kubectl exec -n narrows-system "
                  "deploy/narrows -- narrows …");
}

report::terminal::ProgressOptions ProgressOptionsFor(bool quiet) {
  const bool enabled = !quiet && report::terminal::IsTerminal(STDERR_FILENO);
  return {.fd = STDERR_FILENO,
          .enabled = enabled,
          .width = enabled ? report::terminal::TerminalWidth(STDERR_FILENO) : 80};
}

report::documents::TextOptions StandardOutput() {
  const char* no_color = std::getenv("NO_COLOR");
  const bool colour = no_color == nullptr || *no_color == '\0';
  return {report::terminal::TerminalWidth(STDOUT_FILENO),
          colour && report::terminal::IsTerminal(STDOUT_FILENO)};
}

model::Platform ThisPlatform() {
  utsname machine{};
  if (uname(&machine) != 0) return {};
  const std::string_view name = machine.machine;
  model::Platform platform;
  platform.architecture = name == "x86_64" ? "amd64" : name == "aarch64" ? "arm64" : name;
  return platform;
}

}  // namespace narrows::app
