#include "sandbox/confinement.h"

#include <linux/capability.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <new>

#include "sandbox/sanitizers.h"
#include "sandbox/system_call_filter.h"

#if NARROWS_SANITIZED
// GCC's packages leave out the sanitizers' header sanitizer/allocator_interface.h.
extern "C" {
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, size_t),
                                              void (*on_free)(const volatile void*));
size_t __sanitizer_get_allocated_size(const volatile void* pointer);
}
#endif

namespace narrows::sandbox {
namespace {

// The kernel's landlock_ruleset_attr, of which Debian 12's header has only the first member, and
// the rights of each version of it (Documentation/userspace-api/landlock.rst).
struct LandlockRules {
  uint64_t file_system = 0;
  uint64_t network = 0;
  uint64_t scoped = 0;
};
constexpr uint64_t kFileSystemRights[] = {0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff};
constexpr int kNetworkSince = 4, kScopedSince = 6;
constexpr unsigned kAskVersion = 1;

// No rule allows anything of what is handled.
int Landlock() {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
  if (version <= 0) return 0;
  constexpr long kKnown = std::size(kFileSystemRights);
  LandlockRules rules{kFileSystemRights[(version < kKnown ? version : kKnown) - 1]};
  size_t size = sizeof(rules.file_system);
  if (version >= kNetworkSince) {
    rules.network = 3;
    size += sizeof(rules.network);
  }
  if (version >= kScopedSince) {
    rules.scoped = 3;
    size += sizeof(rules.scoped);
  }
  const long fd = syscall(SYS_landlock_create_ruleset, &rules, size, 0);
  if (fd < 0) return 0;
  const long refused = syscall(SYS_landlock_restrict_self, fd, 0);
  close(static_cast<int>(fd));
  return refused == 0 ? static_cast<int>(version) : 0;
}

void Limit(__rlimit_resource what, uint64_t most) {
  rlimit limit{};
  // A limit that is lower already stays.
  if (getrlimit(what, &limit) == 0 && limit.rlim_max < most) most = limit.rlim_max;
  limit = {most, most};
  setrlimit(what, &limit);
}

#if NARROWS_SANITIZED
// The sanitizer's own memory is beyond any limit of the kernel's: what the program asks for is
// counted instead.
std::atomic<uint64_t> asked_for;
uint64_t most_asked_for;

void OnMalloc(const volatile void*, size_t size) {
  if (asked_for.fetch_add(size) + size > most_asked_for) _exit(kMemoryExhausted);
}
void OnFree(const volatile void* pointer) {
  // What was allocated before the hooks were there is freed as well.
  const uint64_t size = __sanitizer_get_allocated_size(pointer);
  if (asked_for.load() >= size) asked_for.fetch_sub(size);
}

void LimitMemory(uint64_t most) {
  most_asked_for = most;
  __sanitizer_install_malloc_and_free_hooks(OnMalloc, OnFree);
}
#else
constexpr size_t kThreadStackBytes = size_t{2} << 20;

void LimitMemory(uint64_t most) {
  // All of a stack counts, used or not.
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kThreadStackBytes);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
  Limit(RLIMIT_DATA, most);
}
#endif

}  // namespace

Result<int> DropRights() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return FailedPrecondition("new privileges cannot be ruled out");
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  Limit(RLIMIT_CORE, 0);
  const int landlock = Landlock();
  // Fails for nobody: fewer are always allowed.
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, 2> none{};
  syscall(SYS_capset, &header, none.data());
  return landlock;
}

Status ConfineWorker(const WorkerLimits& limits) {
  Limit(RLIMIT_CPU, limits.cpu_seconds);
  Limit(RLIMIT_FSIZE, limits.file_bytes);
  Limit(RLIMIT_NOFILE, 16);
  LimitMemory(limits.memory_bytes);
  std::set_new_handler([] { _exit(kMemoryExhausted); });
  if (!FilterSystemCalls()) {
    return FailedPrecondition(
        "this kernel, or the container's runtime, refuses filters of system calls (seccomp)");
  }
  return Ok();
}

}  // namespace narrows::sandbox
