#include "sandbox/host_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <vector>

#include "sandbox/sanitizers.h"

extern char** environ;

namespace narrows::sandbox {
namespace {

constexpr int kFirstDescriptor = STDERR_FILENO + 1;

template <typename T>
std::string_view BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// Closes all descriptors from 3 on but one.
void CloseAllBut(int kept) {
  std::vector<int> open;
  if (DIR* const folder = opendir("/proc/self/fd")) {
    while (const dirent* entry = readdir(folder)) {
      const int fd = static_cast<int>(std::strtol(entry->d_name, nullptr, 10));
      if (fd >= kFirstDescriptor && fd != kept && fd != dirfd(folder)) open.push_back(fd);
    }
    closedir(folder);
  } else {
    for (int fd = kFirstDescriptor; fd < 1024; ++fd)
      if (fd != kept) open.push_back(fd);
  }
  for (const int fd : open) close(fd);
}

// Standard streams lead nowhere. Sanitizers keep theirs, to tell what they find.
void LetGoOfStreams() {
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < kFirstDescriptor; ++fd) {
    if (NARROWS_SANITIZED && fd == STDERR_FILENO) continue;
    if (nowhere < 0 || dup2(nowhere, fd) < 0) close(fd);
  }
  if (nowhere >= kFirstDescriptor) close(nowhere);
}

// Variables may hold secrets.
void WipeEnvironment() {
  if (NARROWS_SANITIZED) return;  // their options are read again in a new process
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    std::memset(*entry, 0, std::strlen(*entry));
  clearenv();
}

void SetSignals() {
  // Of the terminal's, the program itself takes care.
  setsid();
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_SETMASK, &child, nullptr);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) signal(number, SIG_DFL);
}

class HostProcess {
 public:
  HostProcess(MessageSocket control, const WorkerHost::Work& work)
      : control_(std::move(control)), work_(work) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    ended_ = FileDescriptor(signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  // Returns when the program has gone.
  void Run() {
    while (true) {
      std::vector<pollfd> waiting = {{control_.fd(), POLLIN, 0}, {ended_.get(), POLLIN, 0}};
      for (const Running& worker : running_) waiting.push_back({worker.status.fd(), POLLIN, 0});
      if (poll(waiting.data(), waiting.size(), -1) < 0) {
        if (errno == EINTR) continue;
        return;
      }
      // Nobody waits for a worker whose other end is gone.
      for (size_t i = 0; i < running_.size(); ++i) {
        if (waiting[i + 2].revents == 0) continue;
        kill(running_[i].pid, SIGKILL);
        running_[i].status.Close();
      }
      if (waiting[1].revents != 0) Reap();
      if (waiting[0].revents != 0 && !Obey()) return;
    }
  }

 private:
  struct Running {
    pid_t pid;
    MessageSocket status;
  };

  void Reap() {
    signalfd_siginfo drained[8];
    while (read(ended_.get(), drained, sizeof(drained)) > 0) {
    }
    int status = 0;
    for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
      const auto it = std::find_if(running_.begin(), running_.end(),
                                   [&](const Running& worker) { return worker.pid == pid; });
      if (it == running_.end()) continue;
      const WorkerEnd end = WIFSIGNALED(status)
                                ? WorkerEnd{WorkerEnd::How::kSignalled, WTERMSIG(status)}
                                : WorkerEnd{WorkerEnd::How::kExited, WEXITSTATUS(status)};
      Tell(it->status, end);
      running_.erase(it);
    }
  }

  static void Tell(const MessageSocket& status, const WorkerEnd& end) {
    // Whoever is gone needs not be told.
    if (status.fd() >= 0) static_cast<void>(status.Send(BytesOf(end)).has_value());
  }

  bool Obey() {
    Result<std::optional<Message>> order = control_.Receive();
    if (!order.has_value() || !*order) return false;
    WorkerLimits limits;
    std::vector<FileDescriptor>& descriptors = (*order)->descriptors;
    if ((*order)->bytes.size() != sizeof(limits) || descriptors.empty()) return false;
    std::memcpy(&limits, (*order)->bytes.data(), sizeof(limits));
    MessageSocket status(std::move(descriptors.front()));
    descriptors.erase(descriptors.begin());
    const pid_t pid = fork();
    if (pid == 0) {
      status.Close();
      _exit(Work(limits, std::move(descriptors)));
    }
    if (pid < 0) {
      Tell(status, {WorkerEnd::How::kNotStarted, errno});
    } else {
      running_.push_back({pid, std::move(status)});
    }
    return true;
  }

  // In the worker.
  int Work(const WorkerLimits& limits, std::vector<FileDescriptor> descriptors) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    control_.Close();
    ended_.Close();
    running_.clear();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (!ConfineWorker(limits).has_value()) return kUnconfined;
    return work_(std::move(descriptors));
  }

  MessageSocket control_;
  const WorkerHost::Work& work_;
  FileDescriptor ended_;
  std::vector<Running> running_;
};

}  // namespace

void RunHostProcess(MessageSocket control, const WorkerHost::Work& work) noexcept {
  prctl(PR_SET_NAME, "narrows-sandbox", 0, 0, 0);
  SetSignals();
  LetGoOfStreams();
  CloseAllBut(control.fd());
  WipeEnvironment();
  if (chdir("/") != 0) errno = 0;  // it may not be there; nothing is opened
  const Result<int> landlock = DropRights();
  if (!landlock.has_value() || !control.Send(BytesOf(*landlock)).has_value()) _exit(kUnconfined);
  HostProcess(std::move(control), work).Run();
  _exit(kWorkDone);
}

}  // namespace narrows::sandbox
