#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/clock.h"

namespace narrows::report::terminal {

struct ProgressOptions {
  int fd = 2;
  // Draw at all: IsTerminal(fd) and not --quiet. Nothing is ever written otherwise.
  bool enabled = false;
  size_t width = 80;
  Duration quiet_for{1000};  // nothing is drawn for work that ends sooner
  Duration interval{100};    // between two drawings
};

// One line on a terminal that says what a slow command is doing: "reading layers 3/7  12s". Drawn
// by a thread of its own, so a call that hangs is seen too. All members are thread-safe and cheap
// enough to be called for each file.
class Progress {
 public:
  explicit Progress(const ProgressOptions& options);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // What is being done now; resets the counter. Foreign text is made printable.
  void Say(std::string_view what);

  // done of total; total 0 means that the end is not known.
  void Count(int64_t done, int64_t total);

  // Clears the line; nothing is drawn any more. Call it before the result is written.
  void Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;  // null when disabled
};

}  // namespace narrows::report::terminal
