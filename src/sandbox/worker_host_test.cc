#include "sandbox/worker_host.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "sandbox/sanitizers.h"

namespace narrows::sandbox {
namespace {

constexpr int kDenied = 10, kAllowed = 11;

CallContext Soon() { return CallContext::WithTimeout(std::chrono::seconds(30)); }

// Runs `work` in a worker to its end.
WorkerEnd RunWorker(std::function<int()> work, const WorkerLimits& limits = {}) {
  auto host = WorkerHost::Start([&](std::vector<FileDescriptor>) { return work(); });
  EXPECT_TRUE(host.has_value());
  auto worker = (*host)->StartWorker(limits, {});
  EXPECT_TRUE(worker.has_value());
  const auto end = worker->WaitForEnd(Soon());
  EXPECT_TRUE(end.has_value()) << end.error().message;
  return end.has_value() ? *end : WorkerEnd{};
}

// Whether a system call was not carried out.
bool IsRefused(const std::function<long()>& call) {
  const WorkerEnd end = RunWorker([&] { return call() < 0 ? kDenied : kAllowed; });
  if (end.how == WorkerEnd::How::kSignalled) return end.number == SIGSYS;
  return end.how == WorkerEnd::How::kExited && end.number == kDenied;
}

TEST(WorkerHost, TellsHowWorkersEnd) {
  WorkerEnd end = RunWorker([] { return 7; });
  EXPECT_EQ(end.how, WorkerEnd::How::kExited);
  EXPECT_EQ(end.number, 7);
  end = RunWorker([]() -> int {
    signal(SIGABRT, SIG_DFL);
    std::abort();
  });
  EXPECT_EQ(end.how, WorkerEnd::How::kSignalled);
  EXPECT_EQ(end.number, SIGABRT);
}

TEST(WorkerHost, StartsManyWorkersOneAfterAnotherAndAtOnce) {
  const auto host = WorkerHost::Start([](std::vector<FileDescriptor> given) {
    const MessageSocket socket(std::move(given.at(0)));
    const auto message = socket.Receive();
    if (!message.has_value() || !*message) return 1;
    return socket.Send((*message)->bytes + "!").has_value() ? 0 : 2;
  });
  ASSERT_TRUE(host.has_value());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 5; ++round) {
        auto ends = MessageSocket::Pair();
        const int given = ends->second.fd();
        const auto worker = (*host)->StartWorker({}, std::span(&given, 1));
        ASSERT_TRUE(worker.has_value());
        ends->second.Close();
        ASSERT_TRUE(ends->first.Send(std::to_string(i)).has_value());
        const auto answer = ends->first.Receive();
        ASSERT_TRUE(answer.has_value() && *answer);
        EXPECT_EQ((*answer)->bytes, std::to_string(i) + "!");
        EXPECT_EQ(worker->WaitForEnd(Soon())->number, 0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(WorkerHost, KillsAWorkerThatNobodyWaitsFor) {
  const auto host = WorkerHost::Start([](std::vector<FileDescriptor> given) {
    static_cast<void>(MessageSocket(std::move(given.at(0))).Receive());  // for ever
    return 0;
  });
  auto ends = MessageSocket::Pair();
  const int given = ends->second.fd();
  {
    const auto worker = (*host)->StartWorker({}, std::span(&given, 1));
    ends->second.Close();
    pollfd still{ends->first.fd(), POLLIN, 0};
    EXPECT_EQ(poll(&still, 1, 100), 0);
  }
  EXPECT_FALSE(*ends->first.Receive());  // its end has gone
}

TEST(WorkerHost, IsOfNoUseOnceKilled) {
  auto host = WorkerHost::Start([](std::vector<FileDescriptor>) { return 0; });
  ASSERT_TRUE((*host)->LandlockVersion().has_value());
  pid_t pid = 0;
  std::ifstream("/proc/thread-self/children") >> pid;
  ASSERT_GT(pid, 0);
  kill(pid, SIGKILL);
  for (int i = 0; i < 300; ++i) {
    const auto worker = (*host)->StartWorker({}, {});
    if (!worker.has_value() || !worker->WaitForEnd(Soon()).has_value()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  FAIL() << "it goes on";
}

TEST(Confinement, LeavesMemoryAndThreads) {
  const WorkerEnd end = RunWorker([] {
    std::string memory(size_t{8} << 20, 'x');
    std::thread([&] { memory += std::string(size_t{4} << 20, 'y'); }).join();
    return memory.size() == size_t{12} << 20 ? 0 : 1;
  });
  EXPECT_EQ(end.how, WorkerEnd::How::kExited);
  EXPECT_EQ(end.number, 0);
}

TEST(Confinement, TakesFilesSocketsAndProcesses) {
  EXPECT_TRUE(IsRefused([] { return open("/etc/passwd", O_RDONLY); }));
  EXPECT_TRUE(IsRefused([] { return open("/tmp/narrows-worker", O_RDWR | O_CREAT, 0600); }));
  EXPECT_TRUE(IsRefused([] { return socket(AF_INET, SOCK_STREAM, 0); }));
  EXPECT_TRUE(IsRefused([] { return socket(AF_UNIX, SOCK_STREAM, 0); }));
  EXPECT_TRUE(IsRefused([] { return kill(getppid(), 0); }));
  EXPECT_TRUE(IsRefused([] { return kill(1, 0); }));
  EXPECT_TRUE(IsRefused([] { return memfd_create("x", 0); }));
  EXPECT_TRUE(IsRefused([] {
    char* const nothing[] = {nullptr};
    return execve("/bin/true", nothing, nothing);
  }));
  EXPECT_TRUE(IsRefused([]() -> long {
    void* const code =
        mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return code == MAP_FAILED ? -1 : 0;
  }));
#if !NARROWS_SANITIZED
  EXPECT_TRUE(IsRefused([] { return fork(); }));
#endif
}

TEST(Confinement, LeavesNoDescriptorsAndNoVariables) {
  setenv("NARROWS_TEST_SECRET", "x", 1);
  const int secret = open("/etc/passwd", O_RDONLY);
  const WorkerEnd end = RunWorker([&]() -> int {
    if (!NARROWS_SANITIZED && getenv("NARROWS_TEST_SECRET") != nullptr) return 1;
    // A descriptor that is closed cannot be written to; other calls are refused anyway.
    if (pwrite(secret, "x", 1, 0) == 0 || errno != EBADF) return 2;
    return 0;
  });
  close(secret);
  unsetenv("NARROWS_TEST_SECRET");
  EXPECT_EQ(end.number, 0);
}

TEST(Confinement, EndsWhatTakesTooMuchMemory) {
  const WorkerEnd end = RunWorker(
      [] {
        std::vector<std::string> kept;
        while (kept.size() < 1000) kept.emplace_back(size_t{1} << 20, 'x');
        return 0;
      },
      {.memory_bytes = size_t{64} << 20});
  EXPECT_EQ(end.how, WorkerEnd::How::kExited);
  EXPECT_EQ(end.number, kMemoryExhausted);
}

TEST(Confinement, EndsWhatTakesTooMuchTime) {
  const WorkerEnd end = RunWorker(
      [] {
        for (std::atomic<int> i = 0; i >= 0; i = 1) {
        }
        return 0;
      },
      {.cpu_seconds = 1});
  EXPECT_EQ(end.how, WorkerEnd::How::kSignalled);
  EXPECT_TRUE(end.number == SIGXCPU || end.number == SIGKILL);
}

}  // namespace
}  // namespace narrows::sandbox
