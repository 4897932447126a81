#pragma once

#include <memory>
#include <string>

#include "base/call_context.h"
#include "base/clock.h"
#include "base/result.h"
#include "kubernetes/api_client.h"

namespace narrows::kubernetes {

struct ObjectReference {
  std::string api_version;
  std::string kind;
  std::string name_space;  // empty for cluster-scoped objects
  std::string name;
  std::string uid;
};

// What `kubectl describe` shows of an object's history.
struct EventNote {
  ObjectReference regarding;
  bool warning = false;
  std::string reason;   // UpperCamelCase, at most 128 characters
  std::string message;  // at most 1,024 characters are sent
};

// Writes core/v1 Events. The same note on the same object again raises the count of the Event that
// is there, and is not a second one. Thread-safe.
class EventRecorder {
 public:
  virtual ~EventRecorder() = default;
  virtual Status Record(const EventNote& note, const CallContext& context) = 0;
};

// `component` says who reports ("narrows"), `instance` which process of it (the pod's name). Both
// references outlive the recorder.
std::unique_ptr<EventRecorder> MakeEventRecorder(ApiClient& client, const Clock& clock,
                                                 std::string component, std::string instance);

}  // namespace narrows::kubernetes
