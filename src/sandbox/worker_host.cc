#include "sandbox/worker_host.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <iterator>

#include "base/check.h"
#include "sandbox/host_process.h"
#include "sandbox/sanitizers.h"

namespace narrows::sandbox {
namespace {

constexpr int kPollMillis = 50;  // how soon a stop request is noticed

// Forking a process with threads leaves a copy that may not even allocate memory.
bool HasOneThread() {
#if NARROWS_SANITIZED
  return true;  // their runtime may have one of its own
#else
  std::error_code error;
  const std::filesystem::directory_iterator threads("/proc/self/task", error);
  return error || std::distance(begin(threads), end(threads)) == 1;
#endif
}

}  // namespace

Result<WorkerEnd> Worker::WaitForEnd(const CallContext& context) const {
  while (true) {
    pollfd waiting{status_.fd(), POLLIN, 0};
    const int ready = poll(&waiting, 1, kPollMillis);
    if (ready < 0 && errno != EINTR) return FromErrno(errno, "cannot wait for a worker");
    RETURN_IF_ERROR(context.Check());
    if (ready > 0) break;
  }
  ASSIGN_OR_RETURN(const std::optional<Message> message, status_.Receive());
  WorkerEnd end;
  if (!message) return Unavailable("the sandbox has ended; start the program again");
  if (message->bytes.size() != sizeof(end)) return Internal("a worker's end is not told right");
  std::memcpy(&end, message->bytes.data(), sizeof(end));
  return end;
}

Result<std::unique_ptr<WorkerHost>> WorkerHost::Start(Work work) {
  NARROWS_CHECK(HasOneThread());
  ASSIGN_OR_RETURN(auto ends, MessageSocket::Pair());
  const pid_t pid = fork();
  if (pid < 0) return FromErrno(errno, "cannot start a process");
  if (pid == 0) {
    ends.first.Close();
    RunHostProcess(std::move(ends.second), work);
  }
  ends.second.Close();
  return std::unique_ptr<WorkerHost>(new WorkerHost(pid, std::move(ends.first)));
}

WorkerHost::~WorkerHost() {
  kill(pid_, SIGKILL);  // its workers go with it
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<Worker> WorkerHost::StartWorker(const WorkerLimits& limits,
                                       std::span<const int> descriptors) const {
  ASSIGN_OR_RETURN(auto ends, MessageSocket::Pair());
  std::array<char, sizeof(limits)> order{};
  std::memcpy(order.data(), &limits, sizeof(limits));
  std::vector<int> all = {ends.second.fd()};
  all.insert(all.end(), descriptors.begin(), descriptors.end());
  const Status sent = control_.Send({order.data(), order.size()}, all);
  if (!sent.has_value())
    return sent.error().Within("the sandbox cannot be used; start the program again");
  return Worker(std::move(ends.first));
}

Result<int> WorkerHost::LandlockVersion() {
  const std::lock_guard lock(mutex_);
  if (!landlock_) {
    ASSIGN_OR_RETURN(const std::optional<Message> message, control_.Receive());
    if (!message || message->bytes.size() != sizeof(int))
      return FailedPrecondition("the sandbox could not be set up");
    int version = 0;
    std::memcpy(&version, message->bytes.data(), sizeof(version));
    landlock_ = version;
  }
  return *landlock_;
}

}  // namespace narrows::sandbox
