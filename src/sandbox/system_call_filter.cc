// A seccomp filter (seccomp(2)): a list of comparisons with the call's number, and with an argument
// where not every use of a call is harmless.
#include "sandbox/system_call_filter.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sandbox/sanitizers.h"

namespace narrows::sandbox {
namespace {

#if defined(__x86_64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "the system calls of this architecture are not known here"
#endif

class Filter {
 public:
  Filter() {
    Add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch));
    Add(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0);
    Return(SECCOMP_RET_KILL_PROCESS);
    LoadNumber();
#if defined(__x86_64__)
    // The calls of x32 have the numbers of others, with a bit.
    Add(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);
    Return(SECCOMP_RET_KILL_PROCESS);
#endif
  }

  void Allow(long number) { On(number, SECCOMP_RET_ALLOW); }
  void Refuse(long number, int error) {
    On(number, SECCOMP_RET_ERRNO | static_cast<uint32_t>(error));
  }

  // Allowed when the argument's lower half, masked, is `value`.
  void AllowWhere(long number, size_t argument, uint32_t mask, uint32_t value) {
    Add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(number), 0, 5);
    Add(BPF_LD | BPF_W | BPF_ABS,
        static_cast<uint32_t>(offsetof(seccomp_data, args) + argument * sizeof(uint64_t)));
    Add(BPF_ALU | BPF_AND | BPF_K, mask);
    Add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
    Return(SECCOMP_RET_ALLOW);
    LoadNumber();
  }

  bool Install(uint32_t otherwise) {
    Return(otherwise);
    const sock_fprog program{static_cast<unsigned short>(program_.size()), program_.data()};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
  }

 private:
  void Add(int code, uint32_t k, uint8_t jump_true = 0, uint8_t jump_false = 0) {
    program_.push_back({static_cast<uint16_t>(code), jump_true, jump_false, k});
  }
  void Return(uint32_t what) { Add(BPF_RET | BPF_K, what); }
  void LoadNumber() { Add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)); }
  void On(long number, uint32_t what) {
    Add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(number), 0, 1);
    Return(what);
  }

  std::vector<sock_filter> program_;
};

// Calls that libraries make as a matter of course, and take no for an answer.
constexpr long kRefused[] = {
    SYS_openat, SYS_newfstatat, SYS_fstat,  SYS_statx,    SYS_readlinkat, SYS_faccessat, SYS_ioctl,
    SYS_uname,  SYS_fcntl,      SYS_getcwd, SYS_sysinfo,  SYS_prlimit64,  SYS_getrusage, SYS_read,
#if defined(__x86_64__)
    SYS_open,   SYS_stat,       SYS_access, SYS_readlink,
#endif
};

constexpr long kAllowed[] = {
    // What goes on all the time.
    SYS_futex,
    SYS_sendmsg,
    SYS_recvmsg,
    SYS_pwrite64,
    SYS_munmap,
    SYS_madvise,
    SYS_brk,
    SYS_mremap,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_restart_syscall,
    SYS_clock_gettime,
    SYS_getpid,
    SYS_gettid,
    SYS_sched_yield,
    SYS_close,
    SYS_ftruncate,
    // Threads and timers.
    SYS_set_robust_list,
    SYS_rseq,
    SYS_sched_getaffinity,
    SYS_rt_sigaction,
    SYS_setitimer,
    SYS_getrandom,
    SYS_exit,
    SYS_exit_group,
};

}  // namespace

bool FilterSystemCalls() {
  Filter filter;
  for (const long number : kAllowed) filter.Allow(number);
  const auto no_code = static_cast<uint32_t>(PROT_EXEC);
  filter.AllowWhere(SYS_mmap, 2, no_code, 0);
  filter.AllowWhere(SYS_mprotect, 2, no_code, 0);
  // Threads, not processes. The newer call hides its flags from filters: the C library goes back to
  // the older.
  filter.AllowWhere(SYS_clone, 0, CLONE_THREAD, CLONE_THREAD);
  filter.Refuse(SYS_clone3, ENOSYS);
  filter.AllowWhere(SYS_tgkill, 0, UINT32_MAX, static_cast<uint32_t>(getpid()));  // abort()
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    filter.AllowWhere(SYS_write, 0, UINT32_MAX, static_cast<uint32_t>(fd));
    filter.AllowWhere(SYS_writev, 0, UINT32_MAX, static_cast<uint32_t>(fd));
  }
#if NARROWS_SANITIZED
  // They look through a pipe whether memory can be read.
  for (const long number : {SYS_sigaltstack, SYS_pipe2, SYS_read, SYS_write}) filter.Allow(number);
#if defined(__x86_64__)
  filter.Allow(SYS_pipe);
#endif
#endif
  for (const long number : kRefused) filter.Refuse(number, EACCES);
#if NARROWS_SANITIZED
  return filter.Install(SECCOMP_RET_ERRNO | EPERM);  // its reports try many calls
#else
  return filter.Install(SECCOMP_RET_KILL_PROCESS);
#endif
}

}  // namespace narrows::sandbox
