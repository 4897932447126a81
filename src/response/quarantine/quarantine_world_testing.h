#pragma once

// For tests only: a small cluster with workloads and policies that the quarantine can be run
// against.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "assessment/policy_parser.h"
#include "kubernetes/objects.h"
#include "response/executor.h"
#include "response/in_memory_cluster_testing.h"
#include "response/quarantine/planner.h"
#include "response/quarantine/quarantine_action.h"
#include "response/quarantine/units.h"

namespace narrows::response::quarantine {

class World {
 public:
  InMemoryCluster cluster;
  std::vector<assessment::Policy> policies;
  std::vector<std::string> unreadable;
  std::vector<model::Assessment> assessments;
  std::vector<model::Namespace> namespaces = {
      {"shop", "u1", {{"kubernetes.io/metadata.name", "shop"}}, false}};
  std::vector<model::Service> services;
  std::vector<model::WorkloadRef> idle;
  TimePoint now = *ParseRfc3339("2026-06-01T12:00:00Z");

  static model::WorkloadRef Ref(const std::string& name, const std::string& kind = "Deployment",
                                const std::string& name_space = "shop") {
    return {"c", name_space, kind == "Pod" ? "v1" : "apps/v1", kind, name, "uid-" + name};
  }

  // A policy that quarantines what is worse than Medium.
  assessment::Policy& AddPolicy(const std::string& name) {
    assessment::Policy policy;
    policy.meta.name = name;
    policy.baselines = {{model::Severity::kMedium, false, false, {}}};
    policy.actions.push_back({});
    policies.push_back(policy);
    return policies.back();
  }
  assessment::Action& ActionOf(const std::string& policy) { return Find(policy).actions[0]; }
  assessment::Policy& Find(const std::string& name) {
    return *std::find_if(policies.begin(), policies.end(),
                         [&](const auto& policy) { return policy.meta.name == name; });
  }

  void AddPod(const model::WorkloadRef& owner, const std::string& name,
              const std::string& labels = R"({"app":"shop","pod-template-hash":"h"})") {
    cluster.Add("pods/" + owner.name_space + "/" + name,
                R"({"metadata":{"name":")" + name + R"(","namespace":")" + owner.name_space +
                    R"(","labels":)" + labels + R"(},"status":{"phase":"Running"}})");
    owners_[owner.name_space + "/" + name] = owner;
  }
  void RemovePod(const std::string& name, const std::string& name_space = "shop") {
    cluster.objects.erase("pods/" + name_space + "/" + name);
  }

  void Judge(const std::string& policy, const model::WorkloadRef& ref, model::Verdict verdict,
             const std::vector<std::string>& cves = {"CVE-1"},
             model::Severity severity = model::Severity::kHigh) {
    std::erase_if(assessments, [&](const model::Assessment& old) {
      return old.policy == policy && old.workload == ref;
    });
    model::Assessment assessment;
    assessment.workload = ref;
    assessment.policy = policy;
    assessment.verdict = verdict;
    model::ContainerAssessment container;
    container.container = "main";
    container.verdict = verdict;
    if (verdict == model::Verdict::kUnknown) container.unknown_reason = "the registry is down";
    if (verdict == model::Verdict::kViolated) {
      for (const std::string& cve : cves) {
        model::Finding finding;
        finding.severity = severity;
        finding.vulnerability.id = cve;
        model::Package package;
        package.name = package.source_name = "openssl";
        finding.subject = model::PackageSubject{"sha256:1", package};
        container.violations.push_back(
            {std::make_shared<const model::Finding>(finding), "severity", "too high"});
      }
    }
    assessment.containers = {container};
    assessments.push_back(assessment);
  }

  // Reads the whole picture as the inventory would.
  Situation Observe() {
    workloads_.clear();
    network_policies_.clear();
    kubernetes::ObjectReader reader;
    std::map<std::string, model::Workload> by_key;
    for (const auto& [key, object] : cluster.objects) {
      const std::string json = boost::json::serialize(object);
      if (key.starts_with("networkpolicies/")) {
        network_policies_.push_back(*reader.ReadNetworkPolicy(json));
      } else if (key.starts_with("pods/")) {
        const auto read = *reader.ReadPod(json);
        model::Pod pod;
        pod.cluster = "c";
        pod.name_space = read.meta.name_space;
        pod.name = read.meta.name;
        pod.uid = read.meta.uid;
        pod.phase = read.phase;
        pod.labels = read.meta.labels;
        pod.annotations = read.meta.annotations;
        pod.owner = owners_[pod.name_space + "/" + pod.name];
        auto& workload = by_key[pod.owner.ToString()];
        workload.ref = pod.owner;
        workload.pods.push_back(pod);
      }
    }
    for (auto& [key, workload] : by_key) workloads_.push_back(workload);
    Situation situation;
    situation.cluster = "c";
    situation.own_namespace = "narrows-system";
    situation.policies = policies;
    situation.unreadable_policies = unreadable;
    situation.assessments = assessments;
    situation.namespaces = namespaces;
    situation.workloads = workloads_;
    situation.idle_workloads = idle;
    situation.network_policies = network_policies_;
    situation.services = services;
    return situation;
  }

  ActionPlan Plan() { return PlanQuarantine(Observe(), now); }

  // Plans and applies; what the status remembers is read back into the policies.
  ActionPlan Run() {
    ActionPlan plan = Plan();
    for (const assessment::Policy& policy : policies) {
      if (!cluster.Find("inspectionpolicies//" + policy.meta.name)) {
        cluster.Add("inspectionpolicies//" + policy.meta.name, "{}");
      }
    }
    outcome = MakeQuarantineAction(cluster)->Apply(plan, {});
    ReadWaivers();
    return plan;
  }

  void ReadWaivers() {
    for (assessment::Policy& policy : policies) {
      const auto* object = cluster.Find("inspectionpolicies//" + policy.meta.name);
      if (!object) continue;
      boost::json::object with_spec = object->as_object();
      with_spec["spec"] = {{"inspection", boost::json::object()}};
      policy.waivers = assessment::ParsePolicy(boost::json::serialize(with_spec))->waivers;
    }
  }

  bool IsQuarantined(const std::string& pod, const std::string& name_space = "shop") const {
    return LabelOf(pod, "goharbor.io/controller", name_space) == "CNSI" &&
           LabelOf(pod, "goharbor.io/inspection", name_space) == "risk";
  }
  std::string LabelOf(const std::string& pod, const std::string& label,
                      const std::string& name_space = "shop") const {
    return Member(pod, "labels", label, name_space);
  }
  std::string AnnotationOf(const std::string& pod, const std::string& key) const {
    return Member(pod, "annotations", key, "shop");
  }
  const boost::json::value* NetworkPolicy(const std::string& name,
                                          const std::string& name_space = "shop") const {
    return cluster.Find("networkpolicies/" + name_space + "/" + name);
  }
  const boost::json::value* DenyAll(const std::string& name_space = "shop") const {
    return NetworkPolicy("cnsi-networkpolicy--" + name_space, name_space);
  }
  size_t Quarantined() const {
    size_t count = 0;
    for (const auto& [key, object] : cluster.objects) {
      if (!key.starts_with("pods/")) continue;
      const auto parts = Split(key, '/');
      count += IsQuarantined(std::string(parts[2]), std::string(parts[1])) ? 1 : 0;
    }
    return count;
  }

  ActionOutcome outcome;

 private:
  std::string Member(const std::string& pod, const char* map, const std::string& key,
                     const std::string& name_space) const {
    const auto* object = cluster.Find("pods/" + name_space + "/" + pod);
    const auto* values = object ? object->at("metadata").as_object().if_contains(map) : nullptr;
    return values && values->is_object() ? JsonString(values->get_object(), key) : "";
  }

  std::map<std::string, model::WorkloadRef> owners_;
  std::vector<model::Workload> workloads_;
  std::vector<model::NetworkPolicy> network_policies_;
};

inline const Decision* DecisionOn(const ActionPlan& plan, const std::string& workload) {
  for (const Decision& decision : plan.decisions) {
    if (decision.record.workload.ToString() == workload) return &decision;
  }
  return nullptr;
}

// One violated workload of two, one policy.
inline World OneViolated() {
  World world;
  world.AddPolicy("p");
  world.AddPod(World::Ref("web"), "web-1");
  world.AddPod(World::Ref("web"), "web-2");
  world.AddPod(World::Ref("api"), "api-1");
  world.Judge("p", World::Ref("web"), model::Verdict::kViolated);
  world.Judge("p", World::Ref("api"), model::Verdict::kPassed);
  return world;
}

}  // namespace narrows::response::quarantine
