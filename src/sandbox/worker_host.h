#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/file_descriptor.h"
#include "base/result.h"
#include "sandbox/confinement.h"
#include "sandbox/message_socket.h"

namespace narrows::sandbox {

// How a worker ended.
struct WorkerEnd {
  enum class How { kExited, kSignalled, kNotStarted };
  How how = How::kNotStarted;
  int number = 0;  // exit code, signal, errno
};

// A process that works. It is killed when this is destroyed before it has ended.
class Worker {
 public:
  explicit Worker(MessageSocket status) : status_(std::move(status)) {}

  // Waits until it has ended, which is soon when it has closed what it was given.
  Result<WorkerEnd> WaitForEnd(const CallContext& context) const;

 private:
  MessageSocket status_;
};

// A process that was forked off at the start of the program, before it had threads, secrets or
// foreign bytes, and that forks workers on demand: each is as fresh as the program was. It has no
// rights (DropRights), each worker fewer still (ConfineWorker). It ends when this is destroyed or
// the program ends, however that comes. Thread-safe.
class WorkerHost {
 public:
  // What a worker does, with the descriptors that StartWorker was given; returns its exit code.
  using Work = std::function<int(std::vector<FileDescriptor>)>;

  // To be called while this process has a single thread. `work` sees memory as it is now.
  static Result<std::unique_ptr<WorkerHost>> Start(Work work);
  ~WorkerHost();
  WorkerHost(const WorkerHost&) = delete;
  WorkerHost& operator=(const WorkerHost&) = delete;

  // `descriptors` are given to the worker, copies of them. kUnavailable when the host has been
  // killed: only a new start of the program brings another.
  Result<Worker> StartWorker(const WorkerLimits& limits, std::span<const int> descriptors) const;

  // Landlock's version that holds, 0 where there is none. Waits for the host to be up.
  // kFailedPrecondition when it could not drop its rights.
  Result<int> LandlockVersion();

 private:
  WorkerHost(pid_t pid, MessageSocket control) : pid_(pid), control_(std::move(control)) {}

  const pid_t pid_;
  const MessageSocket control_;
  std::mutex mutex_;
  std::optional<int> landlock_;  // once it is known
};

}  // namespace narrows::sandbox
