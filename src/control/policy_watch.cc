#include "control/policy_watch.h"

#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "assessment/policy_parser.h"
#include "assessment/setting_parser.h"
#include "kubernetes/objects.h"
#include "kubernetes/reflector.h"

namespace narrows::control {
namespace {

template <typename Spec, typename Parse>
Result<Watched<Spec>> ReadWatched(std::string_view object_json, Parse parse) {
  Watched<Spec> watched;
  ASSIGN_OR_RETURN(watched.meta, assessment::ParseObjectMeta(object_json));
  Result<std::string> redacted = assessment::RedactedJson(object_json);
  if (redacted.has_value()) watched.object = *std::move(redacted);
  Result<Spec> spec = parse(object_json);
  if (spec.has_value()) {
    watched.spec = *std::move(spec);
  } else {
    watched.fault = std::move(spec).error();
  }
  return watched;
}

// Whether two states of one object differ in what is acted on.
bool SameIntent(const WatchedPolicy& a, const WatchedPolicy& b) {
  return a.meta.uid == b.meta.uid && a.meta.generation == b.meta.generation &&
         a.meta.deleting == b.meta.deleting && a.meta.finalizers == b.meta.finalizers &&
         a.spec.has_value() == b.spec.has_value() &&
         (!a.spec || a.spec->waivers == b.spec->waivers);
}
bool SameIntent(const WatchedSetting& a, const WatchedSetting& b) {
  return a.meta.uid == b.meta.uid && a.meta.generation == b.meta.generation;
}

// The objects of one type.
template <typename Object>
class ObjectTable final : public kubernetes::ObjectSink {
 public:
  using Pointer = std::shared_ptr<const Object>;  // shared with readers
  using Read = Result<Object> (*)(std::string_view);

  ObjectTable(std::string name, Read read, std::function<void(const std::string&)> on_change)
      : name_(std::move(name)), read_(read), on_change_(std::move(on_change)) {}

  void ListStarted() override { listed_.clear(); }

  void ListFinished() override {
    std::vector<std::string> gone;
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(objects_, [&](const auto& item) {
        if (listed_.contains(item.first)) return false;
        gone.push_back(item.first);
        return true;
      });
      synced_ = true;
    }
    for (const std::string& name : gone) on_change_(name);
    // Wakes whoever waits for the first list, which may be empty.
    on_change_("");
  }

  Status Upsert(std::string_view object) override {
    ASSIGN_OR_RETURN(Object read, read_(object));
    const std::string name = read.meta.name;
    listed_.insert(name);
    bool changed = false;
    {
      const std::lock_guard lock(mutex_);
      Pointer& current = objects_[name];
      changed = !current || !SameIntent(*current, read);
      current = std::make_shared<const Object>(std::move(read));
    }
    if (changed) on_change_(name);
    return Ok();
  }

  Status Deleted(std::string_view object) override {
    ASSIGN_OR_RETURN(const assessment::ObjectMeta meta, assessment::ParseObjectMeta(object));
    {
      const std::lock_guard lock(mutex_);
      objects_.erase(meta.name);
    }
    on_change_(meta.name);
    return Ok();
  }

  void Reached(const std::string& resource_version) override {
    const std::lock_guard lock(mutex_);
    version_ = resource_version;
  }

  void Trouble(const Error& error) override {
    const std::lock_guard lock(mutex_);
    trouble_ = name_ + ": " + error.message;
  }
  void Recovered() override {
    const std::lock_guard lock(mutex_);
    trouble_.clear();
  }

  bool Synced() const {
    const std::lock_guard lock(mutex_);
    return synced_;
  }
  void AppendTrouble(std::vector<std::string>& troubles) const {
    const std::lock_guard lock(mutex_);
    if (!trouble_.empty()) troubles.push_back(trouble_);
  }
  bool Shows(std::string_view resource_version) const {
    const std::lock_guard lock(mutex_);
    return kubernetes::ReachedVersion(version_, resource_version);
  }
  std::vector<Pointer> All() const {
    const std::lock_guard lock(mutex_);
    std::vector<Pointer> all;
    for (const auto& [name, object] : objects_) all.push_back(object);
    return all;
  }

 private:
  const std::string name_;
  const Read read_;
  const std::function<void(const std::string&)> on_change_;
  std::set<std::string> listed_;  // of the reflector's thread
  mutable std::mutex mutex_;
  std::map<std::string, Pointer> objects_;
  std::string trouble_;
  std::string version_;  // that the objects have reached
  bool synced_ = false;
};

class ReflectedPolicyWatch final : public PolicyWatch {
 public:
  explicit ReflectedPolicyWatch(OnChange on_change)
      : policies_("inspectionpolicies", ReadWatchedPolicy, on_change),
        settings_("settings", ReadWatchedSetting,
                  [on_change](const std::string&) { on_change(""); }) {}

  Status Run(kubernetes::ApiClient& client, const CallContext& context) override {
    // The watch of policies ends when the context does, and so does this one's.
    const std::jthread settings(
        [&] { (void)kubernetes::RunReflector(client, kSettings, {}, context, settings_); });
    return kubernetes::RunReflector(client, kInspectionPolicies, {}, context, policies_);
  }

  Status ListOnce(kubernetes::ApiClient& client, const CallContext& context) override {
    RETURN_IF_ERROR(kubernetes::ListOnce(client, kInspectionPolicies, {}, context, policies_));
    RETURN_IF_ERROR(kubernetes::ListOnce(client, kSettings, {}, context, settings_));
    return Ok();
  }

  bool Synced() const override { return policies_.Synced() && settings_.Synced(); }

  std::vector<std::string> Troubles() const override {
    std::vector<std::string> troubles;
    policies_.AppendTrouble(troubles);
    settings_.AppendTrouble(troubles);
    return troubles;
  }

  bool ShowsPolicies(std::string_view resource_version) const override {
    return policies_.Shows(resource_version);
  }
  std::vector<std::shared_ptr<const WatchedPolicy>> Policies() const override {
    return policies_.All();
  }
  std::vector<std::shared_ptr<const WatchedSetting>> Settings() const override {
    return settings_.All();
  }

 private:
  ObjectTable<WatchedPolicy> policies_;
  ObjectTable<WatchedSetting> settings_;
};

}  // namespace

Result<WatchedPolicy> ReadWatchedPolicy(std::string_view object_json) {
  return ReadWatched<assessment::Policy>(object_json, assessment::ParsePolicy);
}

Result<WatchedSetting> ReadWatchedSetting(std::string_view object_json) {
  return ReadWatched<assessment::Setting>(object_json, assessment::ParseSetting);
}

std::unique_ptr<PolicyWatch> MakePolicyWatch(PolicyWatch::OnChange on_change) {
  return std::make_unique<ReflectedPolicyWatch>(std::move(on_change));
}

}  // namespace narrows::control
