#include "report/terminal/progress.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/strings.h"

namespace narrows::report::terminal {

struct Progress::State {
  explicit State(const ProgressOptions& given)
      : options(given), started(std::chrono::steady_clock::now()) {}

  void Run();
  std::string Line() const;  // mutex held
  void Write(std::string_view bytes) const;

  const ProgressOptions options;
  const std::chrono::steady_clock::time_point started;
  std::mutex mutex;
  std::condition_variable wake;
  std::string what;
  int64_t done = 0;
  int64_t total = 0;
  bool finished = false;
  bool drawn = false;
  std::thread thread;
};

void Progress::State::Write(std::string_view bytes) const {
  // A terminal that takes nothing is no reason to fail the command.
  [[maybe_unused]] const auto written = write(options.fd, bytes.data(), bytes.size());
}

std::string Progress::State::Line() const {
  std::string line = what;
  if (total > 0) {
    line += " " + std::to_string(done) + "/" + std::to_string(total);
  } else if (done > 0) {
    line += " " + std::to_string(done);
  }
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started);
  const std::string end = "  " + FormatDuration(elapsed);
  if (options.width > end.size() + 4) line = Printable(line, options.width - end.size() - 4);
  return line + end;
}

void Progress::State::Run() {
  std::unique_lock lock(mutex);
  auto wait = options.quiet_for;
  while (!wake.wait_for(lock, wait, [this] { return finished; })) {
    wait = options.interval;
    Write("\r\x1b[2K" + Line());
    drawn = true;
  }
  if (drawn) Write("\r\x1b[2K");
}

Progress::Progress(const ProgressOptions& options) {
  if (!options.enabled) return;
  state_ = std::make_unique<State>(options);
  state_->thread = std::thread([state = state_.get()] { state->Run(); });
}

Progress::~Progress() { Finish(); }

void Progress::Say(std::string_view what) {
  if (!state_) return;
  const std::scoped_lock lock(state_->mutex);
  state_->what = Printable(what);
  state_->done = 0;
  state_->total = 0;
}

void Progress::Count(int64_t done, int64_t total) {
  if (!state_) return;
  const std::scoped_lock lock(state_->mutex);
  state_->done = done;
  state_->total = total;
}

void Progress::Finish() {
  if (!state_) return;
  {
    const std::scoped_lock lock(state_->mutex);
    state_->finished = true;
  }
  state_->wake.notify_all();
  if (state_->thread.joinable()) state_->thread.join();
}

}  // namespace narrows::report::terminal
