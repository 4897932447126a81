// `narrows quarantine`: what is isolated, what would be, and ends of isolation by hand. All of it
// is read from and written to the API server; no store is asked.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <list>

#include "assess_command.h"
#include "base/strings.h"
#include "cluster_parts.h"
#include "commands.h"
#include "control/namespace_book.h"
#include "control/policy_editing.h"
#include "control/policy_watch.h"
#include "control/quarantine_marks.h"
#include "inventory/cluster/cluster_inventory.h"
#include "parts.h"
#include "report/documents/text_table.h"
#include "response/quarantine/effectiveness.h"
#include "response/quarantine/policy_edit.h"
#include "response/quarantine/quarantine_action.h"
#include "response/quarantine/units.h"

namespace narrows::app {
namespace {

namespace quarantine = response::quarantine;

constexpr std::chrono::milliseconds kTimeout{300'000};

// The records as lines of the audit trail, with the pods that carry them.
std::vector<model::ActionRecord> ReadRecords(const control::QuarantineMarks& marks) {
  std::vector<model::ActionRecord> records;
  for (const quarantine::Unit& unit : quarantine::ObserveUnits(marks.AsSituation())) {
    if (!unit.observed) continue;
    model::ActionRecord record;
    record.kind = "quarantine";
    record.workload = unit.ref;
    record.policies = unit.observed->Policies();
    record.actor = "policy/" + Join(record.policies, ", policy/");
    record.reason = unit.observed->reason;
    record.isolation = unit.observed->isolation;
    record.time = unit.observed->Since();
    record.until = unit.observed->Until();
    for (const model::Pod* pod : unit.pods) {
      record.pods.push_back(pod->name);
      if (!quarantine::IsLiving(*pod)) continue;
      record.effectiveness = quarantine::Combine(
          record.effectiveness,
          quarantine::EvaluateIsolation(quarantine::LabelsOnPod(*pod), pod->host_network,
                                        pod->name_space, marks.network_policies));
    }
    records.push_back(std::move(record));
  }
  return records;
}

void WriteRecords(const std::vector<model::ActionRecord>& records) {
  if (records.empty()) {
    std::cout << "Nothing is isolated.\n";
    return;
  }
  const std::vector<report::documents::Column> columns = {
      {"WORKLOAD"}, {"PODS"},   {"ISOLATION"}, {"SINCE", true},
      {"UNTIL"},    {"POLICY"}, {"EFFECTIVE"}, {"REASON", false, 20}};
  std::vector<std::vector<report::documents::Cell>> rows;
  for (const model::ActionRecord& record : records) {
    const model::Effectiveness& effect = record.effectiveness;
    rows.push_back(
        {{record.workload.ToString()},
         {std::to_string(record.pods.size())},
         {std::string(ToString(record.isolation))},
         {FormatRfc3339(record.time)},
         {record.until ? FormatRfc3339(*record.until) : "no end"},
         {Join(record.policies, ", ")},
         {effect.effective ? "yes" : "no: " + effect.explanation,
          effect.effective ? report::documents::Style::kGreen : report::documents::Style::kYellow},
         {record.reason}});
  }
  report::documents::WriteTextTable(columns, rows, StandardOutput(), std::cout);
}

Result<std::vector<model::ActionRecord>> ListQuarantines(const QuarantineFlags& flags,
                                                         const CallContext& context) {
  const SystemClock clock;
  ASSIGN_OR_RETURN(const auto client, MakeClusterClient(flags.cluster, clock));
  ASSIGN_OR_RETURN(const control::QuarantineMarks marks,
                   control::ReadQuarantineMarks(*client, context));
  std::vector<model::ActionRecord> records = ReadRecords(marks);
  if (!flags.name_space.empty()) {
    std::erase_if(records, [&](const model::ActionRecord& record) {
      return record.workload.name_space != flags.name_space;
    });
  }
  return records;
}

// Adds a release to each policy that isolates the workload; `narrows serve` acts on it.
Result<std::vector<std::string>> ReleaseWorkload(const QuarantineFlags& flags,
                                                 const CallContext& context) {
  const SystemClock clock;
  const std::vector<std::string_view> parts = Split(flags.workload, '/');
  if (parts.size() != 3 || parts[0].empty() || parts[1].empty() || parts[2].empty()) {
    return InvalidArgument("\"" + Printable(flags.workload) +
                           "\" is not of the form NAMESPACE/KIND/NAME, such as "
                           "shop/Deployment/web; `narrows quarantine list` names them");
  }
  ASSIGN_OR_RETURN(const auto client, MakeClusterClient(flags.cluster, clock));
  ASSIGN_OR_RETURN(const control::QuarantineMarks marks,
                   control::ReadQuarantineMarks(*client, context));
  std::vector<std::string> policies;
  for (const quarantine::Unit& unit : quarantine::ObserveUnits(marks.AsSituation())) {
    if (!unit.observed || (unit.key != flags.workload && unit.origin != flags.workload)) continue;
    for (const std::string& policy : unit.observed->Policies()) policies.push_back(policy);
  }
  std::sort(policies.begin(), policies.end());
  policies.erase(std::unique(policies.begin(), policies.end()), policies.end());
  if (policies.empty()) {
    return NotFound("no policy isolates " + Printable(flags.workload) +
                    "; `narrows quarantine list` shows what is isolated");
  }
  assessment::Release release;
  release.name_space = parts[0];
  release.kind = parts[1];
  release.name = parts[2];
  release.reason = flags.reason;
  const TimePoint now = clock.Now();
  release.until = std::chrono::floor<std::chrono::seconds>(now) + flags.keep;
  for (const std::string& policy : policies) {
    const Status edited = control::EditPolicy(
        *client, policy,
        [&](std::string_view object) { return quarantine::ReleasePatch(object, release, now); },
        context);
    if (!edited.has_value()) return edited.error().Within("policy " + policy);
  }
  return policies;
}

response::Situation SituationOf(const control::WholePicture& picture, const std::string& cluster,
                                const std::string& own_namespace) {
  static const std::vector<assessment::Policy> kNoPolicies;
  static const std::vector<std::string> kNoNames;
  return picture.SituationFor(cluster, own_namespace, kNoPolicies, kNoNames);
}

// Undoes everything in the cluster itself, whether `narrows serve` runs or not.
Status ReleaseAll(const QuarantineFlags& flags, const CallContext& context) {
  const SystemClock clock;
  ASSIGN_OR_RETURN(const auto client, MakeClusterClient(flags.cluster, clock));
  const auto inventory = inventory::cluster::MakeClusterInventory(*client);
  ASSIGN_OR_RETURN(const std::vector<std::string> warnings, inventory->ListOnce(context));
  for (const std::string& warning : warnings) Warn(warning);
  std::list<control::Judgement> judgements;  // which the picture borrows
  control::WholePicture picture;
  for (const model::Namespace& name_space : inventory->Namespaces()) {
    control::Judgement& judgement = judgements.emplace_back();
    judgement.picture = control::TakePicture(*inventory, name_space, {});
    picture.Add(judgement);
  }
  const std::string cluster = inventory->ClusterId();
  const response::ActionPlan plan =
      quarantine::PlanReleaseOfAll(SituationOf(picture, cluster, OwnNamespace("")), clock.Now());
  const auto action = quarantine::MakeQuarantineAction(*client);
  const response::ActionOutcome outcome = action->Apply(plan, context);
  for (const model::ActionRecord& record : outcome.records) {
    if (record.error.empty()) std::cout << "released " << record.workload.ToString() << "\n";
  }
  if (!outcome.errors.empty()) {
    for (const Error& error : outcome.errors) Warn(error.message);
    return outcome.errors.front().Within("not everything could be released");
  }
  const auto policies = control::MakePolicyWatch([](const std::string&) {});
  const Status listed = policies->ListOnce(*client, context);
  if (!listed.has_value()) {
    // Without the custom resources there are no finalizers.
    return listed.error().code == ErrorCode::kNotFound ? Ok() : listed;
  }
  for (const auto& policy : policies->Policies()) {
    const std::string& name = policy->meta.name;
    const bool has = std::find(policy->meta.finalizers.begin(), policy->meta.finalizers.end(),
                               assessment::kFinalizer) != policy->meta.finalizers.end();
    if (!has) continue;
    const Status taken = control::SetFinalizer(*client, name, false, context);
    if (!taken.has_value() && taken.error().code != ErrorCode::kNotFound)
      return taken.error().Within("the finalizer of policy " + name);
    std::cout << "took the finalizer off policy " << name << "\n";
  }
  Warn("where `narrows serve` still runs it isolates again what its policies say: stop it first");
  return Ok();
}

AssessFlags PlanFlags(const QuarantineFlags& flags) {
  AssessFlags assess;
  assess.cluster = flags.cluster;
  assess.database.path = flags.database;
  assess.name_space = flags.name_space;
  assess.output = flags.output;
  assess.registry = flags.registry;
  assess.quiet = flags.quiet;
  return assess;
}

}  // namespace

int RunQuarantineList(const QuarantineFlags& flags) {
  return RunUntilSignal(kTimeout, [&](const CallContext& context) -> int {
    Result<std::vector<model::ActionRecord>> records = ListQuarantines(flags, context);
    if (!records.has_value()) return Fail(records.error());
    if (flags.output == OutputFormat::kJson) {
      report::AssessmentReport report;
      report.tool_version = kVersion;
      report.created = SystemClock().Now();
      report.actions = *std::move(records);
      WriteReport(report, flags.output);
    } else {
      WriteRecords(*records);
    }
    return kDone;
  });
}

int RunQuarantinePlan(const QuarantineFlags& flags) {
  const Result<ImageReading> reading = ImageReading::Start();
  if (!reading.has_value()) return Fail(reading.error());
  const AssessFlags assess = PlanFlags(flags);
  return RunUntilSignal(assess.timeout, [&](const CallContext& context) -> int {
    Result<AssessedCluster> assessed = AssessForReport(assess, *reading, context);
    if (!assessed.has_value()) return Fail(assessed.error());
    for (const response::Decision& decision : assessed->plan.decisions) {
      assessed->report.actions.push_back(decision.record);
      assessed->report.actions.back().planned = decision.standing != response::Standing::kKept;
    }
    WriteReport(assessed->report, flags.output);
    if (flags.output != OutputFormat::kTable) return kDone;
    std::cout << (assessed->plan.operations.empty() ? "\nNothing is to be done.\n"
                                                    : "\nTo be done:\n");
    for (const response::Operation& operation : assessed->plan.operations)
      std::cout << "  " << report::documents::OneLine(operation.ToString()) << "\n";
    return kDone;
  });
}

int RunQuarantineRelease(const QuarantineFlags& flags) {
  if (flags.all == !flags.workload.empty())
    return Fail(InvalidArgument("name either a workload, NAMESPACE/KIND/NAME, or --all"));
  return RunUntilSignal(kTimeout, [&](const CallContext& context) -> int {
    if (flags.all) {
      const Status released = ReleaseAll(flags, context);
      return released.has_value() ? kDone : Fail(released.error());
    }
    const Result<std::vector<std::string>> policies = ReleaseWorkload(flags, context);
    if (!policies.has_value()) return Fail(policies.error());
    for (const std::string& policy : *policies)
      std::cout << "policy " << policy << " lets " << flags.workload << " go for "
                << FormatDuration(flags.keep) << "\n";
    return kDone;
  });
}

}  // namespace narrows::app
