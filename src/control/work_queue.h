#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>

namespace narrows::control {

// What has to be looked at again. Level-based: it says where, not what happened.
struct Work {
  bool everything = false;           // all namespaces
  bool act = false;                  // nothing to judge, but plans and statuses may differ now
  std::set<std::string> namespaces;  // to judge
  std::set<std::string> images;      // keys: whoever runs them is to be judged

  bool empty() const { return !everything && !act && namespaces.empty() && images.empty(); }
};

// Work gathers here until the control loop takes all of it. Thread-safe.
class WorkQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void AddEverything();
  void AddAct();
  void AddNamespace(const std::string& name);
  void AddImage(const std::string& key);

  // Waits until there is work, `until` or a stop; may return none.
  Work Take(const std::stop_token& stop, Time until);

 private:
  std::mutex mutex_;
  std::condition_variable_any woken_;
  Work work_;
};

}  // namespace narrows::control
