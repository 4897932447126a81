#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace narrows::sandbox {

// How a worker ends that says itself why.
enum WorkerExit : int {
  kWorkDone = 0,
  kMemoryExhausted = 91,    // over WorkerLimits::memory_bytes
  kFileTimeExhausted = 92,  // for the work's own use: one item took too long
  kUnconfined = 93,         // what must hold could not be set up
};

struct WorkerLimits {
  uint64_t memory_bytes = uint64_t{96} << 20;  // private memory that can be written to
  uint64_t cpu_seconds = 900;                  // of all threads
  uint64_t file_bytes = uint64_t{1} << 30;     // how long a file it writes to may become
};

// Takes from this process, for good and for all it starts, what it needs no privilege to take: file
// systems and sockets where the kernel has Landlock, new privileges, capabilities, core dumps,
// being traced. Returns Landlock's version, 0 where the kernel or the container's runtime refuses
// it. An error when new privileges cannot be ruled out.
Result<int> DropRights();

// Then, in the process that works: limits, and a filter of system calls that leaves memory,
// threads, time, and the descriptors there are; anything else ends the process (SIGSYS), or fails
// where libraries try it as a matter of course. kFailedPrecondition when the kernel refuses: then
// nothing foreign may be read.
Status ConfineWorker(const WorkerLimits& limits);

}  // namespace narrows::sandbox
