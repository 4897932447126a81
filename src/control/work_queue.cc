#include "control/work_queue.h"

#include <utility>

namespace narrows::control {

void WorkQueue::AddEverything() {
  const std::lock_guard lock(mutex_);
  work_.everything = true;
  woken_.notify_one();
}

void WorkQueue::AddAct() {
  const std::lock_guard lock(mutex_);
  work_.act = true;
  woken_.notify_one();
}

void WorkQueue::AddNamespace(const std::string& name) {
  const std::lock_guard lock(mutex_);
  work_.namespaces.insert(name);
  woken_.notify_one();
}

void WorkQueue::AddImage(const std::string& key) {
  const std::lock_guard lock(mutex_);
  work_.images.insert(key);
  woken_.notify_one();
}

Work WorkQueue::Take(const std::stop_token& stop, Time until) {
  std::unique_lock lock(mutex_);
  woken_.wait_until(lock, stop, until, [&] { return !work_.empty(); });
  return std::exchange(work_, Work());
}

}  // namespace narrows::control
