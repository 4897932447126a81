// `narrows rbac`: who may do what, who can become whom, and what is wrong with that. Lists, and
// changes nothing.
#include "rbac_command.h"

#include <algorithm>
#include <boost/json.hpp>
#include <iostream>
#include <map>
#include <set>

#include "base/strings.h"
#include "cluster_parts.h"
#include "findings/rights/question.h"
#include "findings/rights/rights_findings.h"
#include "inventory/cluster/cluster_inventory.h"
#include "inventory/cluster/rbac_listing.h"
#include "kubernetes/client_config.h"
#include "parts.h"

namespace narrows::app {
namespace {

namespace json = boost::json;
namespace rights = findings::rights;
using report::documents::Cell;
using report::documents::Style;

constexpr std::chrono::milliseconds kTimeout{300'000};

template <typename Words>
json::array ArrayOf(const Words& words) {
  return json::array(words.begin(), words.end());
}

Result<rights::AccessRequest> RequestOf(const RbacFlags& flags) {
  std::string resource = flags.resource;
  if (!flags.subresource.empty()) resource += '/' + flags.subresource;
  ASSIGN_OR_RETURN(rights::AccessRequest request, rights::ParseAccessRequest(flags.verb, resource));
  request.name = flags.name;
  if (flags.all_namespaces || !rights::IsNamespacedType(request)) return request;
  request.name_space = flags.name_space;
  if (request.name_space.empty()) {
    ASSIGN_OR_RETURN(const kubernetes::ClientConfig config,
                     kubernetes::LoadClientConfig({flags.cluster.kubeconfig, flags.cluster.context},
                                                  kubernetes::Surroundings::OfProcess()));
    request.name_space = config.name_space;
  }
  return request;
}

// Of the whole cluster, and with `everywhere` of each namespace too.
std::vector<rights::Holder> HoldersOf(const model::RbacObjects& objects,
                                      rights::AccessRequest request, bool everywhere) {
  const rights::Authorizer authorizer(objects);
  std::vector<rights::Holder> holders = authorizer.WhoCan(request);
  if (!everywhere || !rights::IsNamespacedType(request)) return holders;
  std::set<std::string> spaces;
  for (const model::RoleBinding& binding : objects.bindings) spaces.insert(binding.name_space);
  for (const std::string& space : spaces) {
    request.name_space = space;
    for (rights::Holder& holder : authorizer.WhoCan(request)) {
      const auto* binding = holder.grant.binding;
      if (binding != nullptr && !space.empty() && binding->name_space == space) {
        holders.push_back(std::move(holder));
      }
    }
  }
  return holders;
}

std::string ScopeOf(const rights::Grant& grant) {
  return grant.binding == nullptr || grant.binding->name_space.empty() ? "the whole cluster"
                                                                       : grant.binding->name_space;
}

void WriteHolders(const rights::AccessRequest& request, const std::vector<rights::Holder>& holders,
                  OutputFormat output) {
  if (output == OutputFormat::kJson) {
    json::array items;
    for (const rights::Holder& holder : holders) {
      json::object item{{"subject", holder.subject.ToString()}};
      if (holder.grant.binding != nullptr) {
        item["binding"] = holder.grant.binding->ToString();
        item["role"] = holder.grant.role->ToString();
        item["namespace"] = holder.grant.binding->name_space;
      }
      items.push_back(std::move(item));
    }
    std::cout << json::serialize(
                     json::object{{"request", request.ToString()}, {"holders", std::move(items)}})
              << "\n";
    return;
  }
  std::vector<std::vector<Cell>> rows;
  for (const rights::Holder& holder : holders) {
    const rights::Grant& grant = holder.grant;
    rows.push_back({{holder.subject.ToString()},
                    {ScopeOf(grant)},
                    {grant.binding == nullptr ? "nobody asks it" : grant.binding->ToString()},
                    {grant.role == nullptr ? "" : grant.role->ToString()}});
  }
  report::documents::WriteTextTable({{"SUBJECT"}, {"WHERE"}, {"BY"}, {"ROLE", true}}, rows,
                                    StandardOutput(), std::cout);
}

// All that the questions about escalation need.
struct Rights {
  rights::ClusterPicture picture;
  bool pods_known = false;
  std::map<std::string, std::string> accounts;  // of workloads: "namespace/account"
};

bool IsLenient(const model::Namespace& name_space) {
  const auto label = name_space.labels.find("pod-security.kubernetes.io/enforce");
  return label == name_space.labels.end() ||
         (label->second != "baseline" && label->second != "restricted");
}

void AddPods(const inventory::cluster::ClusterInventory& inventory, Rights* all) {
  for (const model::Namespace& name_space : inventory.Namespaces()) {
    if (IsLenient(name_space)) all->picture.lenient_namespaces.push_back(name_space.name);
    for (const model::Workload& workload : inventory.ListWorkloads(name_space.name)) {
      const std::string name = workload.ref.ToString();
      for (const model::Pod& pod : workload.pods) {
        if (pod.phase == "Succeeded" || pod.phase == "Failed") continue;
        const std::string account = pod.service_account.empty() ? "default" : pod.service_account;
        all->picture.pods.push_back({pod.name_space, pod.name, account, pod.node, name});
        all->accounts[name] = pod.name_space + '/' + account;
      }
    }
  }
  for (const model::Node& node : inventory.Nodes()) {
    if (node.labels.count("node-role.kubernetes.io/control-plane") > 0 ||
        node.labels.count("node-role.kubernetes.io/master") > 0) {
      all->picture.control_plane_nodes.push_back(node.name);
    }
  }
}

Result<Rights> ReadRights(const ClusterFlags& flags, const CallContext& context) {
  const SystemClock clock;
  ASSIGN_OR_RETURN(const auto client, MakeClusterClient(flags, clock));
  Rights all;
  ASSIGN_OR_RETURN(all.picture.rbac, inventory::cluster::ListRbacObjects(*client, context));
  if (auto accounts = inventory::cluster::ListServiceAccounts(*client, context);
      accounts.has_value()) {
    all.picture.accounts = *std::move(accounts);
  } else if (accounts.error().code == ErrorCode::kPermissionDenied) {
    Warn(accounts.error().message + "; accounts that no binding names are not seen");
  } else {
    return accounts.error();
  }
  const auto inventory = inventory::cluster::MakeClusterInventory(*client);
  const Result<std::vector<std::string>> listed = inventory->ListOnce(context);
  if (listed.has_value()) {
    for (const std::string& warning : *listed) Warn(warning);
    AddPods(*inventory, &all);
    all.pods_known = true;
  } else if (listed.error().code == ErrorCode::kPermissionDenied) {
    Warn(listed.error().message + "; steps through pods and nodes are not seen");
  } else {
    return listed.error();
  }
  return all;
}

// A subject, or the account that a workload runs as.
Result<model::RbacSubject> SubjectOf(const std::string& text, const Rights& all) {
  const auto workload = all.accounts.find(text);
  if (workload != all.accounts.end()) return rights::ParseSubject("sa:" + workload->second);
  const bool prefixed = text.find(':') != std::string::npos;
  if (!prefixed && std::count(text.begin(), text.end(), '/') == 2) {
    return NotFound("there is no workload " + Printable(text) + " with pods");
  }
  return rights::ParseSubject(text);
}

json::object JsonOf(const rights::Step& step) {
  const rights::TechniqueText& text = rights::TextOf(step.technique);
  json::array needs;
  for (const rights::Need& need : step.needs) needs.push_back(json::value(rights::Explain(need)));
  return {{"from", step.from},
          {"to", step.to},
          {"technique", text.id},
          {"why", text.why},
          {"mitre", ArrayOf(text.mitre)},
          {"by", std::move(needs)}};
}

json::array JsonOf(const std::vector<rights::Step>& steps) {
  json::array array;
  for (const rights::Step& step : steps) array.push_back(JsonOf(step));
  return array;
}

void WriteSteps(const std::vector<rights::Step>& steps) {
  size_t number = 0;
  for (const rights::Step& step : steps) {
    std::cout << "  " << ++number << ". " << report::documents::OneLine(step.from) << " "
              << rights::TextOf(step.technique).action;
    if (step.technique != rights::Technique::kIsAdmin) {
      std::cout << " → " << report::documents::OneLine(step.to);
    }
    std::cout << "\n";
    for (const rights::Need& need : step.needs) {
      std::cout << "     " << report::documents::OneLine(rights::Explain(need)) << "\n";
    }
    std::cout << "     " << rights::TextOf(step.technique).why << "\n";
  }
}

void WritePaths(const model::RbacSubject& subject, const rights::EscalationGraph& graph,
                OutputFormat output) {
  const auto path = graph.PathToAdmin(subject);
  const std::vector<rights::Step> steps = graph.StepsFrom(subject);
  if (output == OutputFormat::kJson) {
    json::object document{{"subject", subject.ToString()}};
    document["pathToClusterAdmin"] = path ? json::value(JsonOf(*path)) : json::value();
    document["steps"] = JsonOf(steps);
    std::cout << json::serialize(document) << "\n";
    return;
  }
  const std::string name = report::documents::OneLine(subject.ToString());
  if (path) {
    std::cout << name << " gets every right of the cluster this way:\n";
    WriteSteps(*path);
  } else {
    std::cout << name << " has no way to every right of the cluster that RBAC shows.\n";
  }
  const bool more = !path || path->front().technique != rights::Technique::kIsAdmin;
  if (!more || steps.empty()) return;
  std::cout << "\nIts rights open:\n";
  WriteSteps(steps);
}

Style StyleOf(model::Severity severity) {
  if (severity == model::Severity::kCritical) return Style::kBrightRed;
  if (severity == model::Severity::kHigh) return Style::kRed;
  return severity == model::Severity::kMedium ? Style::kYellow : Style::kPlain;
}

void WriteFindings(const std::vector<rights::RightsFinding>& findings, OutputFormat output) {
  if (output == OutputFormat::kJson) {
    json::array items;
    for (const rights::RightsFinding& finding : findings) {
      items.push_back(json::object{{"check", finding.check},
                                   {"severity", ToString(finding.severity)},
                                   {"subject", finding.subject},
                                   {"title", finding.title},
                                   {"evidence", ArrayOf(finding.evidence)},
                                   {"workloads", ArrayOf(finding.workloads)},
                                   {"remedy", finding.remedy},
                                   {"mitre", ArrayOf(finding.mitre)}});
    }
    std::cout << json::serialize(json::object{{"findings", std::move(items)}}) << "\n";
    return;
  }
  if (findings.empty()) {
    std::cout << "No finding.\n";
    return;
  }
  std::vector<std::vector<Cell>> rows;
  for (const rights::RightsFinding& finding : findings) {
    rows.push_back({{std::string(ToString(finding.severity)), StyleOf(finding.severity)},
                    {finding.check},
                    {finding.subject},
                    {finding.title},
                    {Join(finding.workloads, ", ")},
                    {finding.remedy}});
  }
  report::documents::WriteTextTable({{"SEVERITY"},
                                     {"CHECK"},
                                     {"SUBJECT"},
                                     {"FINDING", false, 20},
                                     {"WORKLOADS", true},
                                     {"REMEDY", true, 20}},
                                    rows, StandardOutput(), std::cout);
}

}  // namespace

int RunRbacWhoCan(const RbacFlags& flags) {
  return RunUntilSignal(kTimeout, [&](const CallContext& context) -> int {
    const Result<rights::AccessRequest> request = RequestOf(flags);
    if (!request.has_value()) return Fail(request.error());
    const SystemClock clock;
    const auto client = MakeClusterClient(flags.cluster, clock);
    if (!client.has_value()) return Fail(client.error());
    const auto objects = inventory::cluster::ListRbacObjects(**client, context);
    if (!objects.has_value()) return Fail(objects.error());
    WriteHolders(*request, HoldersOf(*objects, *request, flags.all_namespaces), flags.output);
    return kDone;
  });
}

int RunRbacPaths(const RbacFlags& flags) {
  return RunUntilSignal(kTimeout, [&](const CallContext& context) -> int {
    const Result<Rights> all = ReadRights(flags.cluster, context);
    if (!all.has_value()) return Fail(all.error());
    const Result<model::RbacSubject> subject = SubjectOf(flags.subject, *all);
    if (!subject.has_value()) return Fail(subject.error());
    const rights::Authorizer authorizer(all->picture.rbac);
    WritePaths(*subject, rights::EscalationGraph(all->picture, authorizer), flags.output);
    return kDone;
  });
}

int RunRbacFindings(const RbacFlags& flags) {
  const auto threshold = model::ParseSeverity(flags.fail_on);
  if (!flags.fail_on.empty() && !threshold) {
    return Fail(InvalidArgument("--fail-on: \"" + Printable(flags.fail_on) +
                                "\" is no severity; they are Low, Medium, High, Critical"));
  }
  return RunUntilSignal(kTimeout, [&](const CallContext& context) -> int {
    const Result<Rights> all = ReadRights(flags.cluster, context);
    if (!all.has_value()) return Fail(all.error());
    const rights::Authorizer authorizer(all->picture.rbac);
    const auto findings =
        rights::FindRights(all->picture, authorizer,
                           rights::EscalationGraph(all->picture, authorizer), all->pods_known);
    WriteFindings(findings, flags.output);
    const bool violated = threshold && !findings.empty() && findings[0].severity >= *threshold;
    return violated ? kViolated : kDone;
  });
}

}  // namespace narrows::app
