#include "control/quarantine_marks.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "kubernetes/objects.h"
#include "kubernetes/reflector.h"
#include "kubernetes/resource_types.h"
#include "response/quarantine/record.h"

namespace narrows::control {
namespace {

namespace quarantine = response::quarantine;

// Hands each object of a list to a function.
class CollectingSink final : public kubernetes::ObjectSink {
 public:
  CollectingSink(std::function<void()> clear, std::function<Status(std::string_view)> add)
      : clear_(std::move(clear)), add_(std::move(add)) {}

  void ListStarted() override { clear_(); }
  void ListFinished() override {}
  Status Upsert(std::string_view object) override { return add_(object); }
  Status Deleted(std::string_view) override { return Ok(); }
  void Trouble(const Error&) override {}
  void Recovered() override {}

 private:
  const std::function<void()> clear_;
  const std::function<Status(std::string_view)> add_;
};

model::Pod PodOf(const kubernetes::PodObject& object) {
  model::Pod pod;
  pod.name_space = object.meta.name_space;
  pod.name = object.meta.name;
  pod.uid = object.meta.uid;
  pod.node = object.node;
  pod.phase = object.phase;
  pod.ip = object.ip;
  pod.service_account = object.service_account;
  pod.terminating = object.meta.deleting;
  pod.labels = object.meta.labels;
  pod.annotations = object.meta.annotations;
  pod.containers = object.containers;
  pod.owner = {"", pod.name_space, "v1", "Pod", pod.name, pod.uid};
  return pod;
}

// Of a record's "namespace/Kind/name"; nothing where it names another namespace.
std::optional<model::WorkloadRef> ParseWorkload(std::string_view text,
                                                std::string_view name_space) {
  const std::vector<std::string_view> parts = Split(text, '/');
  if (parts.size() != 3 || parts[0] != name_space) return std::nullopt;
  model::WorkloadRef ref;
  ref.name_space = parts[0];
  ref.kind = parts[1];
  ref.name = parts[2];
  return ref;
}

// The workload that the pod's record names; else the pod itself. A detached pod is always itself.
model::WorkloadRef WorkloadOf(const model::Pod& pod) {
  const auto annotation = pod.annotations.find(quarantine::kRecordAnnotation);
  if (annotation == pod.annotations.end() || quarantine::IsDetached(pod)) return pod.owner;
  const auto record = quarantine::ParseRecord(annotation->second);
  if (!record.has_value()) return pod.owner;
  return ParseWorkload(record->workload, pod.name_space).value_or(pod.owner);
}

void AddIdleWorkloads(const model::NetworkPolicy& policy, QuarantineMarks& marks) {
  const auto records = policy.annotations.find(quarantine::kRecordsAnnotation);
  if (records == policy.annotations.end()) return;
  for (const auto& record : quarantine::ParseRecords(records->second)) {
    if (auto ref = ParseWorkload(record.workload, policy.name_space))
      marks.idle_workloads.push_back(*std::move(ref));
  }
}

}  // namespace

response::Situation QuarantineMarks::AsSituation() const {
  response::Situation situation;
  situation.workloads = workloads;
  situation.idle_workloads = idle_workloads;
  situation.network_policies = network_policies;
  return situation;
}

Result<QuarantineMarks> ReadQuarantineMarks(kubernetes::ApiClient& client,
                                            const CallContext& context) {
  kubernetes::ObjectReader reader;
  std::map<std::string, model::Workload> workloads;
  CollectingSink pods([&] { workloads.clear(); },
                      [&](std::string_view object) -> Status {
                        ASSIGN_OR_RETURN(const kubernetes::PodObject read, reader.ReadPod(object));
                        model::Pod pod = PodOf(read);
                        pod.owner = WorkloadOf(pod);
                        model::Workload& workload = workloads[pod.owner.ToString()];
                        workload.ref = pod.owner;
                        workload.pods.push_back(std::move(pod));
                        return Ok();
                      });
  kubernetes::ReflectorOptions labelled;
  labelled.label_selector =
      std::string(quarantine::kControllerLabel) + "=" + std::string(quarantine::kControllerValue);
  const auto listed = kubernetes::ListOnce(client, kubernetes::kPods, labelled, context, pods);
  if (!listed.has_value()) return listed.error();

  QuarantineMarks marks;
  CollectingSink policies([&] { marks.network_policies.clear(); },
                          [&](std::string_view object) -> Status {
                            ASSIGN_OR_RETURN(model::NetworkPolicy policy,
                                             reader.ReadNetworkPolicy(object));
                            marks.network_policies.push_back(std::move(policy));
                            return Ok();
                          });
  const auto policies_listed =
      kubernetes::ListOnce(client, kubernetes::kNetworkPolicies, {}, context, policies);
  if (!policies_listed.has_value()) return policies_listed.error();
  for (const model::NetworkPolicy& policy : marks.network_policies) AddIdleWorkloads(policy, marks);
  for (auto& [name, workload] : workloads) marks.workloads.push_back(std::move(workload));
  return marks;
}

}  // namespace narrows::control
