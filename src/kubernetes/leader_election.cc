#include "kubernetes/leader_election.h"

#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <thread>
#include <utility>

#include "base/json.h"
#include "base/log.h"
#include "kubernetes/resource_types.h"

namespace narrows::kubernetes {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kReleaseTime{3};

// metav1.MicroTime.
std::string MicroTime(TimePoint time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  std::string text = FormatRfc3339(second);
  std::string fraction = std::to_string((time - second).count());
  fraction.insert(0, 3 - fraction.size(), '0');
  text.insert(text.size() - 1, '.' + fraction + "000");
  return text;
}

}  // namespace

LeaderElector::LeaderElector(ApiClient& client, const Clock& clock, LeaderElectionOptions options)
    : client_(client), clock_(clock), options_(std::move(options)), observed_at_(clock.Now()) {}

Result<LeaderElector::Record> LeaderElector::Read(const std::string& body) const {
  ASSIGN_OR_RETURN_WITHIN(const json::value document, ParseJson(body), "Lease " + options_.lease);
  const auto* object = document.if_object();
  const auto* metadata = object != nullptr ? JsonObject(*object, "metadata") : nullptr;
  if (metadata == nullptr) return InvalidArgument("Lease " + options_.lease + " is malformed");
  Record record{.resource_version = JsonString(*metadata, "resourceVersion")};
  if (const auto* spec = JsonObject(*object, "spec")) {
    record.holder = JsonString(*spec, "holderIdentity");
    record.duration = std::chrono::seconds(JsonInt(*spec, "leaseDurationSeconds").value_or(0));
    record.renewed = JsonString(*spec, "renewTime");
    record.acquired = JsonString(*spec, "acquireTime");
    record.transitions = JsonInt(*spec, "leaseTransitions").value_or(0);
  }
  return record;
}

std::string LeaderElector::Body(const Record& record) const {
  json::object metadata{{"name", options_.lease}, {"namespace", options_.name_space}};
  if (!record.resource_version.empty()) metadata["resourceVersion"] = record.resource_version;
  json::object spec{{"holderIdentity", record.holder},
                    {"leaseDurationSeconds", record.duration.count()},
                    {"acquireTime", record.acquired},
                    {"renewTime", record.renewed},
                    {"leaseTransitions", record.transitions}};
  return json::serialize(json::object{{"apiVersion", kLeases.ApiVersion()},
                                      {"kind", kLeases.kind},
                                      {"metadata", std::move(metadata)},
                                      {"spec", std::move(spec)}});
}

void LeaderElector::Observe(Record record) {
  if (record.holder != observed_.holder || record.renewed != observed_.renewed ||
      record.resource_version != observed_.resource_version) {
    observed_at_ = clock_.Now();
  }
  observed_ = std::move(record);
}

Result<bool> LeaderElector::CreateLease(const CallContext& context) {
  const std::string now = MicroTime(clock_.Now());
  const Record mine{.holder = options_.identity,
                    .duration = options_.lease_duration,
                    .renewed = now,
                    .acquired = now};
  const auto created = client_.Create(kLeases, options_.name_space, Body(mine), context);
  if (!created.has_value()) {
    if (created.error().code == ErrorCode::kAlreadyExists) return false;
    return created.error();
  }
  ASSIGN_OR_RETURN(Record record, Read(*created));
  Observe(std::move(record));
  return true;
}

Result<bool> LeaderElector::TryAcquireOrRenew(const CallContext& context) {
  const ObjectName name{kLeases, options_.name_space, options_.lease, ""};
  const auto body = client_.Get(name, context);
  if (!body.has_value()) {
    if (body.error().code == ErrorCode::kNotFound) return CreateLease(context);
    return body.error();
  }
  ASSIGN_OR_RETURN(Record record, Read(*body));
  Observe(std::move(record));
  const TimePoint now = clock_.Now();
  const bool mine = observed_.holder == options_.identity;
  if (!mine && !observed_.holder.empty() && now < observed_at_ + observed_.duration) return false;

  Record next = observed_;
  next.renewed = MicroTime(now);
  next.duration = options_.lease_duration;
  if (!mine) {
    next.holder = options_.identity;
    next.acquired = next.renewed;
    ++next.transitions;
  }
  const auto replaced = client_.Replace(name, Body(next), context);
  if (!replaced.has_value()) {
    // Another was quicker.
    if (replaced.error().code == ErrorCode::kAborted) return false;
    return replaced.error();
  }
  ASSIGN_OR_RETURN(Record written, Read(*replaced));
  Observe(std::move(written));
  return true;
}

Status LeaderElector::Release(const CallContext& context) {
  if (observed_.holder != options_.identity) return Ok();
  Record free = observed_;
  free.holder.clear();
  free.duration = std::chrono::seconds(1);
  free.renewed = MicroTime(clock_.Now());
  const ObjectName name{kLeases, options_.name_space, options_.lease, ""};
  ASSIGN_OR_RETURN_WITHIN(const std::string ignored, client_.Replace(name, Body(free), context),
                          "releasing the Lease " + options_.lease);
  observed_ = {};
  return Ok();
}

namespace {

// Until this candidate leads.
Status Acquire(LeaderElector& elector, const LeaderElectionOptions& options,
               const CallContext& context) {
  std::string said;
  for (;;) {
    const auto leads = elector.TryAcquireOrRenew(context.Limited(options.renew_deadline));
    if (leads.has_value() && *leads) return Ok();
    RETURN_IF_ERROR(context.Check());
    const std::string now =
        leads.has_value() ? "held by " + elector.holder() : leads.error().message;
    if (std::exchange(said, now) != now) {
      LogInfo("waiting to become the leader", {{"lease", options.lease}, {"reason", now}});
    }
    RETURN_IF_ERROR(context.SleepFor(options.retry_period));
  }
}

// While this candidate leads and the work goes on.
Status Hold(LeaderElector& elector, const LeaderElectionOptions& options,
            const CallContext& context, const std::atomic<bool>& finished) {
  using Steady = std::chrono::steady_clock;
  auto renewed = Steady::now();
  while (!finished) {
    RETURN_IF_ERROR(context.SleepFor(options.retry_period));
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        renewed + options.renew_deadline - Steady::now());
    if (left.count() <= 0) return Aborted("the Lease " + options.lease + " could not be renewed");
    const auto leads = elector.TryAcquireOrRenew(context.Limited(left));
    if (leads.has_value() && !*leads) {
      return Aborted("the Lease " + options.lease + " is held by " + elector.holder());
    }
    if (leads.has_value()) renewed = Steady::now();
  }
  return Ok();
}

}  // namespace

Status RunAsLeader(ApiClient& client, const Clock& clock, const LeaderElectionOptions& options,
                   const CallContext& context,
                   const std::function<void(const CallContext& context)>& work) {
  LeaderElector elector(client, clock, options);
  RETURN_IF_ERROR(Acquire(elector, options, context));
  LogInfo("this process leads", {{"lease", options.lease}, {"identity", options.identity}});
  std::stop_source stop;
  std::atomic<bool> finished = false;
  std::stop_source woken;  // ends Hold's sleep when the work returns
  const std::stop_callback forward(context.stop, [&] {
    woken.request_stop();
    stop.request_stop();
  });
  std::thread worker([&] {
    work({.stop = stop.get_token(), .deadline = context.deadline});
    finished = true;
    woken.request_stop();
  });
  Status held =
      Hold(elector, options, {.stop = woken.get_token(), .deadline = context.deadline}, finished);
  stop.request_stop();
  worker.join();
  if (!held.has_value() && held.error().code == ErrorCode::kAborted) return held;
  (void)elector.Release(CallContext::WithTimeout(kReleaseTime));
  return context.Check();
}

}  // namespace narrows::kubernetes
