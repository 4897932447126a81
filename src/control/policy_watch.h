#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assessment/policy.h"
#include "assessment/setting.h"
#include "base/call_context.h"
#include "base/result.h"
#include "kubernetes/api_client.h"
#include "response/response_action.h"

namespace narrows::control {

using response::kInspectionPolicies;
inline const kubernetes::ResourceType kSettings{"goharbor.goharbor.io", "v1alpha1", "settings",
                                                "Setting", false};

// One custom resource as the API server last showed it.
template <typename Spec>
struct Watched {
  assessment::ObjectMeta meta;
  std::optional<Spec> spec;  // nothing: it can't be read, see `fault`
  std::optional<Error> fault;
  std::string object;  // JSON, without any password
};
using WatchedPolicy = Watched<assessment::Policy>;
using WatchedSetting = Watched<assessment::Setting>;

// Reads one object; an Error only where not even its metadata can be read.
Result<WatchedPolicy> ReadWatchedPolicy(std::string_view object_json);
Result<WatchedSetting> ReadWatchedSetting(std::string_view object_json);

// The InspectionPolicies and Settings of a cluster, kept level with the API server. Thread-safe.
class PolicyWatch {
 public:
  // Something other than the status of the named policy changed, or it is gone; a Setting's name is
  // not told. Called from the watch's threads, with no lock held.
  using OnChange = std::function<void(const std::string& policy)>;

  virtual ~PolicyWatch() = default;

  // Watches until `context` ends and returns that Error. To be called once, and not with ListOnce.
  virtual Status Run(kubernetes::ApiClient& client, const CallContext& context) = 0;
  virtual Status ListOnce(kubernetes::ApiClient& client, const CallContext& context) = 0;

  // Both kinds have been listed once.
  virtual bool Synced() const = 0;
  virtual std::vector<std::string> Troubles() const = 0;

  // The policies are shown as they are at the resourceVersion, which a write gave back, or later.
  virtual bool ShowsPolicies(std::string_view resource_version) const = 0;

  // By name. Shared with readers: an object that changes is replaced.
  virtual std::vector<std::shared_ptr<const WatchedPolicy>> Policies() const = 0;
  virtual std::vector<std::shared_ptr<const WatchedSetting>> Settings() const = 0;
};

std::unique_ptr<PolicyWatch> MakePolicyWatch(PolicyWatch::OnChange on_change);

}  // namespace narrows::control
