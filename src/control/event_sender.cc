#include "control/event_sender.h"

#include <chrono>
#include <string>
#include <utility>

#include "base/log.h"

namespace narrows::control {

EventSender::EventSender(kubernetes::EventRecorder& recorder, size_t most)
    : recorder_(recorder),
      most_(most),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void EventSender::Send(std::vector<kubernetes::EventNote> notes) {
  size_t dropped = 0;
  {
    const std::lock_guard lock(mutex_);
    for (kubernetes::EventNote& note : notes) {
      if (waiting_.size() < most_) {
        waiting_.push_back(std::move(note));
      } else {
        ++dropped;
      }
    }
    woken_.notify_one();
  }
  if (dropped > 0)
    LogWarning("too many Events at once, some are not sent", {{"count", std::to_string(dropped)}});
}

void EventSender::Run(const std::stop_token& stop) {
  while (true) {
    kubernetes::EventNote note;
    {
      std::unique_lock lock(mutex_);
      if (!woken_.wait(lock, stop, [&] { return !waiting_.empty(); })) return;
      note = std::move(waiting_.front());
      waiting_.pop_front();
    }
    const auto context = CallContext::WithTimeout(std::chrono::seconds(10), stop);
    const Status sent = recorder_.Record(note, context);
    if (!sent.has_value() && !stop.stop_requested()) {
      LogWarning("an Event could not be sent",
                 {{"object", note.regarding.kind + "/" + note.regarding.name},
                  {"reason", note.reason},
                  {"error", sent.error().message}});
    }
  }
}

}  // namespace narrows::control
