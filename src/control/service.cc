#include "control/service.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/log.h"
#include "control/concerned_images.h"
#include "kubernetes/leader_election.h"

namespace narrows::control {
namespace {

constexpr auto kPermissionInterval = std::chrono::seconds(5);
constexpr auto kLeaderPause = std::chrono::seconds(1);

}  // namespace

std::vector<double> Service::Thresholds() const {
  std::vector<assessment::Policy> policies;
  for (const auto& policy : parts_.policies.Policies()) {
    if (policy->spec) policies.push_back(*policy->spec);
  }
  return EpssThresholds(policies);
}

Result<Concern> Service::ConcernSince(const advisories::AdvisoryDatabase& before,
                                      const advisories::AdvisoryDatabase& now,
                                      const CallContext& context) const {
  const auto begin = CallContext::Steady::now();
  ASSIGN_OR_RETURN(const advisories::DatabaseChange change,
                   advisories::CompareDatabases(before, now, thresholds_, context));
  // Whether images can be judged at all is not a matter of packages.
  if (!change.ecosystems_added.empty() || !change.ecosystems_removed.empty())
    return FailedPrecondition("it speaks of other ecosystems or releases");
  ASSIGN_OR_RETURN(std::vector<std::string> images, options_.concerned(change));
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(CallContext::Steady::now() - begin);
  LogInfo("advisories changed", {{"records", std::to_string(change.records.size())},
                                 {"packages", std::to_string(change.packages.size())},
                                 {"images", std::to_string(images.size())},
                                 {"milliseconds", std::to_string(took.count())}});
  return Concern{std::move(images), PackageFilter(change)};
}

void Service::AdoptDatabase(const CallContext& context) {
  const std::shared_ptr<const advisories::AdvisoryDatabase> database = parts_.database.Current();
  if (!database) return;
  const advisories::DatabaseMetadata& metadata = database->Metadata();
  const std::string newest = metadata.newest ? FormatRfc3339(*metadata.newest) : "unknown";
  LogInfo("the advisory database is in use",
          {{"advisories", std::to_string(metadata.advisories)}, {"newest", newest}});
  if (metadata.newest) {
    parts_.metrics.SetDatabaseTime(
        std::chrono::duration_cast<std::chrono::seconds>(metadata.newest->time_since_epoch()));
  }
  ActiveScanner scanner{options_.make_scanner(database), metadata.Identity()};
  {
    const std::lock_guard lock(mutex_);
    Result<Concern> concern = FailedPrecondition("it is the first one");
    if (adopted_) {
      concern = ConcernSince(*adopted_, *database, context);
      if (!concern.has_value())
        LogInfo("every image is judged again", {{"reason", concern.error().message}});
    }
    adopted_ = database;
    scores_may_be_old_ = concern.has_value();
    if (concern.has_value()) {
      parts_.images.SetScanner(std::move(scanner), *std::move(concern));
    } else {
      parts_.images.SetScanner(std::move(scanner));
    }
  }
  parts_.controller.OnDatabaseChange(true);
}

void Service::OnPolicyChange() {
  const std::vector<double> thresholds = Thresholds();
  const std::lock_guard lock(mutex_);
  const bool known =
      std::includes(thresholds_.begin(), thresholds_.end(), thresholds.begin(), thresholds.end());
  if (known) return;
  thresholds_ = thresholds;
  if (std::exchange(scores_may_be_old_, false))
    parts_.images.SetScanner({options_.make_scanner(adopted_), adopted_->Metadata().Identity()});
}

void Service::WatchDatabase(const CallContext& context) {
  const Result<bool> first = parts_.database.Refresh();
  if (!first.has_value()) {
    LogWarning("there is no usable advisory database yet, every verdict is unknown",
               {{"error", first.error().message}});
  }
  AdoptDatabase(context);
  while (context.Check().has_value()) {
    const Status replaced = parts_.database.WaitForReplacement(context);
    if (replaced.has_value()) {
      AdoptDatabase(context);
    } else if (context.Check().has_value()) {
      LogWarning("the advisory database cannot be opened, the one before stays in use",
                 {{"error", replaced.error().message}});
    }
  }
}

void Service::WatchPermissions(const CallContext& context) {
  do {
    // While all is well a refusal by the API server is what sets off the next check.
    if (!parts_.controller.PermissionsKnown() || !parts_.controller.MissingPermissions().empty())
      parts_.controller.CheckPermissions(context);
  } while (context.SleepFor(kPermissionInterval).has_value());
}

void Service::Lead(const CallContext& context) {
  const kubernetes::LeaderElectionOptions options{options_.own_namespace, "narrows",
                                                  options_.identity};
  while (context.Check().has_value()) {
    const Status led = kubernetes::RunAsLeader(
        parts_.client, parts_.clock, options, context, [&](const CallContext& leading) {
          LogInfo("this instance acts now", {{"identity", options_.identity}});
          parts_.controller.Run(leading);
        });
    if (!led.has_value() && context.Check().has_value()) {
      LogWarning("this instance does not act any more", {{"reason", led.error().message}});
      (void)context.SleepFor(kLeaderPause);
    }
  }
}

void Service::Run(const CallContext& context) {
  const std::jthread inventory([&] { (void)parts_.inventory.Run(context); });
  const std::jthread policies([&] { (void)parts_.policies.Run(parts_.client, context); });
  const std::jthread database([&] { WatchDatabase(context); });
  const std::jthread permissions([&] { WatchPermissions(context); });
  Lead(context);
}

std::vector<std::string> Service::Unready() const {
  std::vector<std::string> reasons;
  if (!parts_.inventory.Synced()) reasons.emplace_back("the inventory is not complete yet");
  if (!parts_.policies.Synced()) reasons.emplace_back("the policies have not been listed yet");
  if (!parts_.database.Current()) reasons.emplace_back("there is no advisory database");
  if (!parts_.controller.PermissionsKnown())
    reasons.emplace_back("the permissions have not been checked yet");
  for (const std::string& permission : parts_.controller.MissingPermissions())
    reasons.push_back("a permission is missing: " + permission);
  return reasons;
}

}  // namespace narrows::control
