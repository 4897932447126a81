#include "report/terminal/progress.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <string>

#include "report/terminal/terminal.h"

namespace narrows::report::terminal {
namespace {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK), 0); }
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int input() const { return ends_[1]; }

  // What has been written so far.
  std::string Read() {
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = read(ends_[0], buffer.data(), buffer.size())) > 0;)
      text.append(buffer.data(), static_cast<size_t>(n));
    return text;
  }

  // Reads until `wanted` has come, for 30 s at most.
  std::string ReadUntil(std::string_view wanted) {
    std::string text;
    pollfd ready{ends_[0], POLLIN, 0};
    while (text.find(wanted) == std::string::npos && poll(&ready, 1, 30000) > 0) text += Read();
    return text;
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(Progress, WritesNothingWhereItIsDisabled) {
  Pipe pipe;
  {
    Progress progress({.fd = pipe.input(), .enabled = false, .quiet_for = Duration(0)});
    progress.Say("reading");
    progress.Count(1, 2);
  }
  EXPECT_EQ(pipe.Read(), "");
}

TEST(Progress, WritesNothingForShortWork) {
  Pipe pipe;
  {
    Progress progress({.fd = pipe.input(), .enabled = true, .quiet_for = Duration(3600000)});
    progress.Say("reading");
  }
  EXPECT_EQ(pipe.Read(), "");
}

TEST(Progress, DrawsPrintableTextAndClearsTheLine) {
  Pipe pipe;
  Progress progress({.fd = pipe.input(), .enabled = true, .quiet_for = Duration(10)});
  progress.Say("reading \x1b[2J");
  progress.Count(3, 7);
  EXPECT_THAT(pipe.ReadUntil("3/7  "), ::testing::HasSubstr("\r\x1b[2Kreading ?[2J 3/7  "));
  progress.Finish();
  EXPECT_THAT(pipe.Read(), ::testing::EndsWith("\r\x1b[2K"));
}

TEST(Terminal, APipeIsNone) {
  Pipe pipe;
  EXPECT_FALSE(IsTerminal(pipe.input()));
  EXPECT_EQ(TerminalWidth(pipe.input()), 0u);
}

}  // namespace
}  // namespace narrows::report::terminal
