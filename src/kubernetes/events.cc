#include "kubernetes/events.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <mutex>
#include <utility>

#include "base/sha256.h"
#include "base/strings.h"
#include "kubernetes/resource_types.h"

namespace narrows::kubernetes {
namespace {

namespace json = boost::json;

constexpr size_t kMostMessage = 1021;  // Printable may add "…"
constexpr size_t kMostNamePrefix = 200;
constexpr size_t kMostKnown = 4096;
// The API server forgets an Event after an hour by default; a later repetition is a new one.
constexpr std::chrono::minutes kSameFor{30};

class Recorder final : public EventRecorder {
 public:
  Recorder(ApiClient& client, const Clock& clock, std::string component, std::string instance)
      : client_(client),
        clock_(clock),
        component_(std::move(component)),
        instance_(std::move(instance)) {}

  Status Record(const EventNote& note, const CallContext& context) override {
    const TimePoint now = clock_.Now();
    const std::string key = Key(note);
    const Known known = Count(key, note, now);
    if (known.count > 1) {
      auto raised = Raise(note, known, context);
      if (raised.has_value() || raised.error().code != ErrorCode::kNotFound) return raised;
      Forget(key);
      return Write(note, Count(key, note, now), context);
    }
    auto written = Write(note, known, context);
    if (!written.has_value()) Forget(key);
    return written;
  }

 private:
  struct Known {
    std::string name;
    TimePoint first;
    TimePoint last;
    int64_t count = 0;
  };

  static std::string Key(const EventNote& note) {
    const std::string separator(1, '\0');
    return Sha256Hex(note.regarding.uid + separator + note.regarding.kind + separator +
                     note.regarding.name_space + separator + note.regarding.name + separator +
                     note.reason + separator + (note.warning ? "W" : "N") + separator +
                     note.message);
  }

  // One more of this kind.
  Known Count(const std::string& key, const EventNote& note, TimePoint now) {
    const std::lock_guard lock(mutex_);
    Known& known = known_[key];
    if (known.count == 0 || now - known.last > kSameFor) {
      const std::string stamp = std::to_string(now.time_since_epoch().count());
      known = {.name = note.regarding.name.substr(0, kMostNamePrefix) + '.' +
                       Sha256Hex(key + stamp + instance_).substr(0, 16),
               .first = now};
    }
    known.last = now;
    ++known.count;
    Known counted = known;
    if (known_.size() > kMostKnown) DropOldest();
    return counted;
  }

  void DropOldest() {
    auto oldest = known_.begin();
    for (auto entry = known_.begin(); entry != known_.end(); ++entry) {
      if (entry->second.last < oldest->second.last) oldest = entry;
    }
    known_.erase(oldest);
  }

  void Forget(const std::string& key) {
    const std::lock_guard lock(mutex_);
    known_.erase(key);
  }

  static std::string NamespaceOf(const EventNote& note) {
    return note.regarding.name_space.empty() ? "default" : note.regarding.name_space;
  }

  Status Raise(const EventNote& note, const Known& known, const CallContext& context) {
    const json::object patch{{"count", known.count}, {"lastTimestamp", FormatRfc3339(known.last)}};
    ASSIGN_OR_RETURN(const std::string ignored,
                     client_.Patch({kEvents, NamespaceOf(note), known.name, ""}, PatchKind::kMerge,
                                   json::serialize(patch), context));
    return Ok();
  }

  Status Write(const EventNote& note, const Known& known, const CallContext& context) {
    const ObjectReference& object = note.regarding;
    json::object involved{
        {"apiVersion", object.api_version}, {"kind", object.kind}, {"name", object.name}};
    if (!object.name_space.empty()) involved["namespace"] = object.name_space;
    if (!object.uid.empty()) involved["uid"] = object.uid;
    const json::object event{
        {"apiVersion", "v1"},
        {"kind", "Event"},
        {"metadata", json::object{{"name", known.name}, {"namespace", NamespaceOf(note)}}},
        {"involvedObject", std::move(involved)},
        {"type", note.warning ? "Warning" : "Normal"},
        {"reason", note.reason},
        {"message", Printable(note.message, kMostMessage)},
        {"source", json::object{{"component", component_}}},
        {"reportingComponent", component_},
        {"reportingInstance", instance_},
        {"firstTimestamp", FormatRfc3339(known.first)},
        {"lastTimestamp", FormatRfc3339(known.last)},
        {"count", known.count}};
    const auto created =
        client_.Create(kEvents, NamespaceOf(note), json::serialize(event), context);
    // Sent twice over a connection that broke.
    if (!created.has_value() && created.error().code != ErrorCode::kAlreadyExists) {
      return created.error();
    }
    return Ok();
  }

  ApiClient& client_;
  const Clock& clock_;
  const std::string component_;
  const std::string instance_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;  // guarded by mutex_
};

}  // namespace

std::unique_ptr<EventRecorder> MakeEventRecorder(ApiClient& client, const Clock& clock,
                                                 std::string component, std::string instance) {
  return std::make_unique<Recorder>(client, clock, std::move(component), std::move(instance));
}

}  // namespace narrows::kubernetes
