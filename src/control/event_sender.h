#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "kubernetes/events.h"

namespace narrows::control {

// Sends Events from a thread of its own, so that a slow API server does not hold up the control
// loop. At most `most` wait; what comes above is dropped, counted and logged. Thread-safe.
class EventSender {
 public:
  // `recorder` outlives it.
  explicit EventSender(kubernetes::EventRecorder& recorder, size_t most = 1000);

  void Send(std::vector<kubernetes::EventNote> notes);

 private:
  void Run(const std::stop_token& stop);

  kubernetes::EventRecorder& recorder_;
  const size_t most_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::deque<kubernetes::EventNote> waiting_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace narrows::control
