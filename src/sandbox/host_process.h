#pragma once

#include "sandbox/message_socket.h"
#include "sandbox/worker_host.h"

namespace narrows::sandbox {

// Internal: what the process that WorkerHost forks does. Messages on `control`: first its own, how
// far Landlock holds; then the program's, each for a worker: WorkerLimits, with the descriptor that
// its end is to be told on (a WorkerEnd) before the worker's own. Exceptions end here: further up
// are the frames of the program that it was forked off.
[[noreturn]] void RunHostProcess(MessageSocket control, const WorkerHost::Work& work) noexcept;

}  // namespace narrows::sandbox
