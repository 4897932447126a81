#include "control/controller.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "base/strings.h"
#include "kubernetes/resource_types.h"

namespace narrows::control {
namespace {

constexpr auto kCoalesce = std::chrono::milliseconds(20);
constexpr auto kEchoPatience = std::chrono::milliseconds(2'000);
constexpr auto kPermissionsFresh = std::chrono::seconds(5);
constexpr auto kCompactInterval = std::chrono::hours(24);
constexpr std::chrono::milliseconds kFirstRetry{1'000};
constexpr std::chrono::milliseconds kLastRetry{60'000};

}  // namespace

Controller::Controller(ControllerParts parts, ControllerOptions options)
    : parts_(parts),
      options_(std::move(options)),
      knowledge_([this](const ImageRequest& request) { return parts_.images.Get(request); }),
      announcer_([this](const model::WorkloadRef& workload, std::string_view policy) {
        return parts_.recorder.KnownFailures(workload, policy);
      }) {}

void Controller::OnInventoryChange(const inventory::cluster::InventoryChange& change) {
  using inventory::cluster::ChangeKind;
  switch (change.kind) {
    case ChangeKind::kSynced:
    case ChangeKind::kNodeChanged:  // pods take their platform from it
      queue_.AddEverything();
      break;
    case ChangeKind::kNamespaceRemoved:
      queue_.AddAct();
      break;
    default:
      queue_.AddNamespace(change.name_space.empty() ? change.name : change.name_space);
  }
}

void Controller::OnPolicyChange() { queue_.AddEverything(); }

void Controller::OnDatabaseChange(bool present) {
  {
    const std::lock_guard lock(mutex_);
    has_database_ = present;
  }
  queue_.AddAct();
}

std::vector<std::string> Controller::MissingPermissions() const {
  const std::lock_guard lock(mutex_);
  return missing_;
}

bool Controller::PermissionsKnown() const {
  const std::lock_guard lock(mutex_);
  return permissions_known_;
}

void Controller::CheckPermissions(const CallContext& context) {
  Result<std::vector<std::string>> missing =
      options_.missing_permissions(context.Limited(std::chrono::seconds(10)));
  const std::lock_guard lock(mutex_);
  checked_at_ = Steady::now();
  if (!missing.has_value()) {
    LogWarning("whether permissions are missing is not known",
               {{"error", missing.error().message}});
    return;
  }
  permissions_known_ = true;
  if (*missing == missing_) return;
  queue_.AddAct();
  missing_ = *std::move(missing);
  for (const std::string& permission : missing_)
    LogError("a permission is missing, nothing is isolated or released without it",
             {{"permission", permission}, {"remedy", "apply deploy/manifests/20-roles.yaml"}});
  if (missing_.empty()) LogInfo("no permission is missing any more");
}

void Controller::Run(const CallContext& context) {
  parts_.metrics.SetLeader(true);
  book_.emplace(parts_.inventory, knowledge_);
  reconciler_.emplace(parts_.client, parts_.policies, parts_.clock);
  timetable_ = Timetable();
  wake_at_.reset();
  assessed_.reset();
  retry_at_.reset();
  retry_delay_ = kFirstRetry;
  resync_at_ = Steady::now();
  compact_at_ = resync_at_ + options_.resync;
  while (context.Check().has_value()) {
    if (!Echoed(context)) continue;
    Work work = queue_.Take(context.stop, NextRound(context));
    if (!context.Check().has_value()) break;
    if (!parts_.inventory.Synced() || !parts_.policies.Synced()) {
      // Nothing may be planned from half a picture; whoever finishes it says so.
      (void)context.SleepFor(kCoalesce);
      continue;
    }
    const auto now = Steady::now();
    const bool resync = now >= resync_at_;
    if (resync) {
      work.everything = true;
      resync_at_ = now + options_.resync;
    }
    if (retry_at_ && now >= *retry_at_) work.act = true;
    if (wake_at_ && parts_.clock.Now() >= *wake_at_) work.everything = true;
    if (work.empty()) continue;
    Round(work, context);
    // Only after a round it is known what runs.
    if (resync && context.Check().has_value()) Tidy();
    // What comes in together is looked at together.
    (void)context.SleepFor(kCoalesce);
  }
  parts_.metrics.SetLeader(false);
}

Controller::Steady::time_point Controller::NextRound(const CallContext& context) const {
  auto until = std::min(resync_at_, context.deadline);
  if (retry_at_) until = std::min(until, *retry_at_);
  if (wake_at_) {
    const Duration left = std::max(*wake_at_ - parts_.clock.Now(), Duration(0));
    until = std::min(until, Steady::now() + std::min<Duration>(left, std::chrono::hours(1)));
  }
  return until;
}

void Controller::Retry() {
  failed_ = true;
  retry_at_ = Steady::now() + retry_delay_;
  retry_delay_ = std::min(retry_delay_ * 2, kLastRetry);
}

void Controller::Round(const Work& work, const CallContext& context) {
  const auto begin = Steady::now();
  retry_at_.reset();
  failed_ = false;
  const PolicySet set = reconciler_->Prepare(context);
  if (!set.why_frozen.empty()) Retry();
  Work due = work;
  due.everything = timetable_.ScheduleIsDue(set.policies, parts_.clock.Now()) || due.everything;
  const NamespaceBook::Update update = book_->Apply(due, set.policies, parts_.clock.Now());
  // A single pod's change is no reason to write every status again.
  if (due.everything || !assessed_)
    assessed_ = std::chrono::floor<std::chrono::seconds>(parts_.clock.Now());

  WholePicture picture;
  for (const auto& [name, judgement] : book_->judgements()) picture.Add(judgement);
  const std::string cluster = parts_.inventory.ClusterId();
  const response::Situation situation =
      picture.SituationFor(cluster, options_.own_namespace, set.policies, set.frozen);
  Acted acted = Act(situation, context);
  if (!context.Check().has_value()) return;
  if (reconciler_->TakeFinalizersOff(situation, context)) Retry();

  std::vector<kubernetes::EventNote> notes;
  Announce(update, set, acted.plan, notes);
  Store(update, acted);
  Count(set, picture, acted.plan);
  if (reconciler_->WriteStatuses(set, FactsFor(picture, acted.plan), announcer_, notes, context) &&
      !retry_at_)
    retry_at_ = Steady::now() + kFirstRetry;
  parts_.events.Send(std::move(notes));
  wake_at_ = timetable_.Next(set.policies, acted.plan, parts_.clock.Now());
  if (!failed_) retry_delay_ = kFirstRetry;
  parts_.metrics.Reconciled(
      std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begin), failed_);
}

bool Controller::MayAct(const CallContext& context) {
  bool fresh = false;
  {
    const std::lock_guard lock(mutex_);
    fresh = checked_at_ && Steady::now() - *checked_at_ < kPermissionsFresh;
  }
  if (!fresh) CheckPermissions(context);
  return MissingPermissions().empty();
}

Controller::Acted Controller::Act(const response::Situation& situation,
                                  const CallContext& context) {
  Acted acted;
  acted.plan = parts_.quarantine.Plan(situation, parts_.clock.Now());
  if (acted.plan.operations.empty()) return acted;
  if (!MayAct(context)) {
    Retry();
    return acted;
  }
  CarryOut(acted, context);
  return acted;
}

void Controller::CarryOut(Acted& acted, const CallContext& context) {
  response::ActionOutcome outcome = parts_.quarantine.Apply(acted.plan, context);
  for (const model::ActionRecord& record : outcome.records) {
    parts_.metrics.Acted(record.kind, !record.error.empty());
  }
  for (const Error& error : outcome.errors) {
    LogWarning("an operation failed", {{"error", error.message}});
    if (error.code == ErrorCode::kPermissionDenied) CheckPermissions(context);
  }
  acted.records = std::move(outcome.records);
  std::move(outcome.written.begin(), outcome.written.end(), std::back_inserter(unseen_));
  if (!outcome.errors.empty()) return Retry();
  // The next plan should be empty; if it is not, somebody works against it.
  queue_.AddAct();
  for (const response::Operation& operation : acted.plan.operations)
    if (!operation.object.name_space.empty()) queue_.AddNamespace(operation.object.name_space);
}

bool Controller::Echoed(const CallContext& context) {
  const CallContext limited = context.Limited(kEchoPatience);
  while (true) {
    std::erase_if(unseen_, [&](const response::Written& written) { return Shown(written); });
    if (unseen_.empty()) break;
    if (!limited.SleepFor(std::chrono::milliseconds(5)).has_value()) break;
  }
  const bool late = !unseen_.empty();
  if (late && context.Check().has_value()) {
    if (!echo_is_late_) {
      const kubernetes::ObjectName& object = unseen_.front().object;
      LogWarning(
          "the watch does not show yet what was written, nothing is planned until it does",
          {{"resource", object.type.plural}, {"object", object.name_space + "/" + object.name}});
    }
    // It may have lost the right to watch.
    CheckPermissions(context);
  }
  echo_is_late_ = late;
  return !late;
}

bool Controller::Shown(const response::Written& written) const {
  const kubernetes::ObjectName& object = written.object;
  const std::string& plural = object.type.plural;
  if (plural == response::kInspectionPolicies.plural)
    return parts_.policies.ShowsPolicies(written.resource_version);
  if (!parts_.inventory.Shows(object.type, written.resource_version)) return false;
  if (!written.deleted) return true;
  // A deletion has no resourceVersion of its own; but what is gone never comes back with its UID.
  if (plural == kubernetes::kPods.plural) {
    const std::optional<model::Pod> pod = parts_.inventory.FindPod(object.name_space, object.name);
    return !pod || pod->uid != written.uid;
  }
  const auto policies = parts_.inventory.NetworkPolicies(object.name_space);
  return std::none_of(policies.begin(), policies.end(), [&](const auto& policy) {
    return policy.name == object.name && policy.uid == written.uid && !policy.terminating;
  });
}

void Controller::Announce(const NamespaceBook::Update& update, const PolicySet& set,
                          const response::ActionPlan& plan,
                          std::vector<kubernetes::EventNote>& notes) {
  for (const Judgement* judgement : update.judged) {
    for (kubernetes::EventNote& note : announcer_.Alerts(*judgement, set.policies)) {
      LogWarning(note.message, {{"workload", note.regarding.name_space + "/" + note.regarding.kind +
                                                 "/" + note.regarding.name},
                                {"reason", note.reason}});
      notes.push_back(std::move(note));
    }
  }
  for (const std::string& name_space : update.gone) announcer_.Forget(name_space);
  // Without the rights nothing of the plan was done.
  if (!MissingPermissions().empty()) return;
  for (kubernetes::EventNote& note : announcer_.Decisions(plan)) notes.push_back(std::move(note));
}

void Controller::Store(const NamespaceBook::Update& update, const Acted& acted) {
  RoundRecord record;
  for (const Judgement* judgement : update.judged) {
    record.judgements.push_back(judgement);
    record.images.insert(record.images.end(), judgement->scanned.begin(), judgement->scanned.end());
  }
  record.gone_namespaces = update.gone;
  ActionLog::Lines lines = action_log_.Take(acted.plan, acted.records);
  record.actions = std::move(lines.changed);
  record.kept_actions = std::move(lines.kept);
  record.policies = parts_.policies.Policies();
  const Status stored = parts_.recorder.Record(record);
  if (stored.has_value()) TellStored(record);
  // What is in force is told again, for the store that works again.
  if (!stored.has_value()) action_log_ = ActionLog();
  const std::string trouble = stored.has_value() ? "" : stored.error().message;
  if (std::exchange(store_trouble_, trouble) != trouble) {
    if (trouble.empty()) {
      LogInfo("the store works again");
    } else {
      LogError("the store cannot be written, history is lost", {{"error", trouble}});
    }
  }
}

// What the store holds is found there when advisories change.
void Controller::TellStored(const RoundRecord& record) {
  std::vector<std::string> digests;
  for (const auto& image : record.images) digests.push_back(image->analysis->digest);
  parts_.images.SetStored(digests);
}

void Controller::Tidy() {
  std::vector<std::string> digests;
  for (const auto& [name, judgement] : book_->judgements()) {
    for (const auto& image : judgement.scanned) digests.push_back(image->analysis->digest);
  }
  parts_.images.Retain(book_->Images());
  Status tidied = parts_.recorder.MarkSeen(digests);
  if (tidied.has_value() && Steady::now() >= compact_at_) {
    compact_at_ = Steady::now() + kCompactInterval;
    tidied = parts_.recorder.Compact(digests);
  }
  if (!tidied.has_value())
    LogWarning("the store cannot be tidied", {{"error", tidied.error().message}});
}

void Controller::Count(const PolicySet& set, const WholePicture& picture,
                       const response::ActionPlan& plan) {
  Metrics::Verdicts verdicts;
  for (const model::Assessment& assessment : picture.assessments()) {
    switch (assessment.verdict) {
      case model::Verdict::kPassed:
        ++verdicts.passed;
        break;
      case model::Verdict::kViolated:
        ++verdicts.violated;
        break;
      case model::Verdict::kUnknown:
        ++verdicts.unknown;
        break;
    }
  }
  parts_.metrics.SetVerdicts(verdicts);
  parts_.metrics.SetQuarantined(static_cast<size_t>(
      std::count_if(plan.decisions.begin(), plan.decisions.end(),
                    [](const auto& decision) { return IsIsolated(decision.standing); })));
  const ImagePipeline::Counts images = parts_.images.Count();
  parts_.metrics.SetImages(images.known, images.queued, images.failed);
  parts_.metrics.SetPolicies(set.policies.size(), set.frozen.size());
}

PolicyReconciler::Facts Controller::FactsFor(const WholePicture& picture,
                                             const response::ActionPlan& plan) {
  PolicyReconciler::Facts facts;
  facts.counts = CountByPolicy(picture.assessments(), plan);
  facts.assessed = assessed_;
  const std::lock_guard lock(mutex_);
  if (!missing_.empty()) {
    facts.obstacle_reason = "PermissionMissing";
    facts.obstacle = "Narrows lacks permissions: " + Join(missing_, "; ");
  } else if (!has_database_) {
    facts.obstacle_reason = "NoAdvisoryDatabase";
    facts.obstacle = "there is no advisory database: every verdict is unknown";
  }
  return facts;
}

}  // namespace narrows::control
