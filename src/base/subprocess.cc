#include "base/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "base/file_descriptor.h"

extern char** environ;

namespace narrows {
namespace {

constexpr size_t kMostErrors = 4096;
// How soon a stop request is noticed.
constexpr int kPollMillis = 50;

// Our ends and the child's of its standard streams.
struct Streams {
  FileDescriptor input, output, errors;
  FileDescriptor child_input, child_output, child_errors;

  Status Open() {
    std::array<int, 2> pair{};
    // A socket, because writing to a pipe whose reader is gone raises SIGPIPE.
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
      return FromErrno(errno, "cannot create a socket pair");
    input = FileDescriptor(pair[0]);
    child_input = FileDescriptor(pair[1]);
    for (auto [ours, childs] : {std::pair{&output, &child_output}, {&errors, &child_errors}}) {
      if (pipe2(pair.data(), O_CLOEXEC) != 0) return FromErrno(errno, "cannot create a pipe");
      *ours = FileDescriptor(pair[0]);
      *childs = FileDescriptor(pair[1]);
    }
    for (const FileDescriptor* fd : {&input, &output, &errors}) {
      if (fcntl(fd->get(), F_SETFL, O_NONBLOCK) != 0)
        return FromErrno(errno, "cannot prepare a pipe");
    }
    return Ok();
  }
};

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> MergedEnvironment(const std::vector<std::string>& additions) {
  std::vector<std::string> merged = additions;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    if (std::none_of(additions.begin(), additions.end(),
                     [&](const std::string& added) { return added.starts_with(name); }))
      merged.emplace_back(text);
  }
  return merged;
}

Result<pid_t> Spawn(const Command& command, const Streams& streams) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, streams.child_input.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.child_output.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, streams.child_errors.get(), STDERR_FILENO);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);

  std::vector<std::string> arguments = command.argv;
  std::vector<std::string> environment = MergedEnvironment(command.environment);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, arguments[0].c_str(), &actions, &attributes,
                                 Pointers(arguments).data(), Pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return FromErrno(error, "cannot run " + command.argv[0]);
  return pid;
}

// Appends what can be read now; false at the end of the stream.
bool Drain(const FileDescriptor& fd, std::string& into, size_t most) {
  std::array<char, 16384> buffer;
  while (true) {
    const ssize_t n = read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN;
    if (n == 0) return false;
    into.append(buffer.data(), std::min(static_cast<size_t>(n), most + 1 - into.size()));
    if (into.size() > most) return true;
  }
}

void Feed(FileDescriptor& fd, std::string_view& input) {
  while (!input.empty()) {
    const ssize_t n = send(fd.get(), input.data(), input.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) break;  // it doesn't want it
    input.remove_prefix(static_cast<size_t>(n));
  }
  fd.Close();
}

// Exchanges data until the process ends; then it waits to be reaped.
Status Communicate(const Command& command, int pid_fd, Streams& streams, CommandResult& result,
                   const CallContext& context) {
  std::string_view input = command.input;
  bool ended = false;
  while (!ended) {
    std::array<pollfd, 4> fds = {
        pollfd{streams.input.get(), POLLOUT, 0}, pollfd{streams.output.get(), POLLIN, 0},
        pollfd{streams.errors.get(), POLLIN, 0}, pollfd{pid_fd, POLLIN, 0}};
    if (poll(fds.data(), fds.size(), kPollMillis) < 0 && errno != EINTR)
      return FromErrno(errno, "cannot wait for " + command.argv[0]);
    if (Status status = context.Check(); !status.has_value())
      return status.error().Within(command.argv[0]);
    ended = fds[3].revents != 0;
    if (fds[0].revents != 0) Feed(streams.input, input);
    if (streams.output.get() >= 0 && !Drain(streams.output, result.output, command.most_output))
      streams.output.Close();
    if (result.output.size() > command.most_output)
      return ResourceExhausted(command.argv[0] + " wrote more than " +
                               std::to_string(command.most_output) + " bytes");
    std::string errors;
    if (streams.errors.get() >= 0 && !Drain(streams.errors, errors, kMostErrors))
      streams.errors.Close();
    result.errors += errors.substr(0, kMostErrors - result.errors.size());
  }
  return Ok();
}

}  // namespace

Result<CommandResult> RunCommand(const Command& command, const CallContext& context) {
  if (command.argv.empty()) return InvalidArgument("no program to run");
  RETURN_IF_ERROR(context.Check());
  Streams streams;
  RETURN_IF_ERROR(streams.Open());
  ASSIGN_OR_RETURN(const pid_t pid, Spawn(command, streams));
  for (FileDescriptor* fd : {&streams.child_input, &streams.child_output, &streams.child_errors})
    fd->Close();

  CommandResult result;
  const FileDescriptor pid_fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  const Status status = pid_fd.get() < 0
                            ? Status(FromErrno(errno, "cannot watch " + command.argv[0]))
                            : Communicate(command, pid_fd.get(), streams, result, context);
  if (!status.has_value()) kill(-pid, SIGKILL);
  int wait_status = 0;
  while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR) {
  }
  RETURN_IF_ERROR(status);
  result.exit_code =
      WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
  return result;
}

}  // namespace narrows
