#include "findings/rights/rights_findings.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/strings.h"
#include "findings/rights/capability.h"

namespace narrows::findings::rights {
namespace {

using model::Severity;
using Kind = model::RbacSubject::Kind;

constexpr size_t kMostEvidence = 20;

Severity Lower(Severity severity) {
  return severity <= Severity::kLow ? severity
                                    : static_cast<Severity>(static_cast<int>(severity) - 1);
}

bool Contains(const std::vector<std::string>& values, std::string_view wanted) {
  return std::find(values.begin(), values.end(), wanted) != values.end();
}

bool IsSystem(const model::RbacSubject& subject) {
  return subject.kind == Kind::kServiceAccount ? subject.name_space == "kube-system"
                                               : subject.name.starts_with("system:");
}

bool IsEverybody(const model::RbacSubject& subject) {
  return subject.name == kAnonymous || subject.name == kUnauthenticated ||
         subject.name == kAuthenticated;
}

// The binding and whom it binds are Kubernetes' own. The label alone is what anybody could write.
bool IsBuiltIn(const model::RoleBinding& binding, const model::RbacSubject& subject) {
  return binding.built_in && IsSystem(subject);
}

// What the API server gives everybody so that clients find out what there is, and who they are.
bool IsHarmless(const model::PolicyRule& rule) {
  const auto all_of = [](const std::vector<std::string>& values,
                         std::initializer_list<std::string_view> allowed) {
    return std::all_of(values.begin(), values.end(), [&](const std::string& value) {
      return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
    });
  };
  if (rule.resources.empty()) {
    return all_of(rule.verbs, {"get"}) &&
           all_of(
               rule.non_resource_urls,
               {"/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", "/version",
                "/version/", "/healthz", "/livez", "/readyz", "/.well-known/openid-configuration",
                "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/"});
  }
  return all_of(rule.verbs, {"create"}) &&
         all_of(rule.resources,
                {"selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"});
}

std::string Describe(const model::PolicyRule& rule) {
  std::string text = Join(rule.verbs, ",") + " on ";
  if (rule.resources.empty()) return text + Join(rule.non_resource_urls, ",");
  std::vector<std::string> groups = rule.api_groups;
  for (std::string& group : groups) {
    if (group.empty()) group = "core";
  }
  text += Join(rule.resources, ",") + " of " + Join(groups, ",");
  if (!rule.resource_names.empty()) text += " named " + Join(rule.resource_names, ",");
  return text;
}

class Finder {
 public:
  Finder(const ClusterPicture& picture, const Authorizer& authorizer, const EscalationGraph& graph,
         bool pods_known)
      : picture_(picture), authorizer_(authorizer), graph_(graph), pods_known_(pods_known) {
    for (const AccountUse& use : picture.pods) {
      workloads_[use.name_space + '/' + use.account].insert(use.workload);
    }
    for (const model::ServiceAccount& account : picture.accounts) {
      accounts_.emplace(account.name_space, account.name);
    }
  }

  std::vector<RightsFinding> Find() {
    for (const model::RbacSubject& subject : graph_.subjects()) {
      AddAccount(subject);
      // Who may do everything needs no list of what it may do.
      if (AddPath(subject)) continue;
      AddSteps(subject);
      AddDangerous(subject);
    }
    for (const model::RoleBinding& binding : picture_.rbac.bindings) AddBinding(binding);
    AddWildcards();
    for (RightsFinding& finding : findings_) {
      if (finding.evidence.size() <= kMostEvidence) continue;
      const size_t more = finding.evidence.size() - kMostEvidence;
      finding.evidence.resize(kMostEvidence);
      finding.evidence.push_back("and " + std::to_string(more) + " more");
    }
    std::sort(findings_.begin(), findings_.end(), [](const auto& a, const auto& b) {
      return std::tie(b.severity, a.check, a.subject) < std::tie(a.severity, b.check, b.subject);
    });
    return std::move(findings_);
  }

 private:
  std::vector<std::string> WorkloadsOf(const model::RbacSubject& subject) const {
    if (subject.kind != Kind::kServiceAccount) return {};
    const auto found = workloads_.find(subject.name_space + '/' + subject.name);
    if (found == workloads_.end()) return {};
    return {found->second.begin(), found->second.end()};
  }

  RightsFinding& Add(std::string check, Severity severity, const model::RbacSubject& subject,
                     std::string title, std::string_view remedy,
                     const std::vector<std::string_view>& mitre) {
    RightsFinding finding;
    finding.check = "RBAC-" + std::move(check);
    finding.severity = severity;
    finding.subject = subject.ToString();
    finding.title = std::move(title);
    finding.workloads = WorkloadsOf(subject);
    finding.remedy = remedy;
    finding.mitre.assign(mitre.begin(), mitre.end());
    findings_.push_back(std::move(finding));
    return findings_.back();
  }

  // Everything that the step needs comes with Kubernetes itself, or from a group that is judged by
  // itself.
  bool IsGiven(const Step& step, const model::RbacSubject& subject) const {
    return std::all_of(step.needs.begin(), step.needs.end(), [&](const Need& need) {
      return need.grant.binding == nullptr || IsBuiltIn(*need.grant.binding, subject);
    });
  }
  bool HasOwn(const Step& step, const model::RbacSubject& subject) const {
    const auto& own = authorizer_.BindingsOf(subject);
    return std::any_of(step.needs.begin(), step.needs.end(), [&](const Need& need) {
      return std::find(own.begin(), own.end(), need.grant.binding) != own.end();
    });
  }

  // Whether it may do everything already.
  bool AddPath(const model::RbacSubject& subject) {
    const auto path = graph_.PathToAdmin(subject);
    if (!path) return false;
    const bool is_admin = path->front().technique == Technique::kIsAdmin;
    if (IsGiven(path->front(), subject) || !HasOwn(path->front(), subject)) return is_admin;
    const size_t steps =
        path->back().technique == Technique::kIsAdmin ? path->size() - 1 : path->size();
    const bool account = subject.kind == Kind::kServiceAccount;
    Severity severity = steps == 0 ? Severity::kHigh : Severity::kMedium;
    if (account && !WorkloadsOf(subject).empty()) {
      severity = steps <= 1 ? Severity::kCritical : Severity::kHigh;
    }
    if (IsEverybody(subject)) severity = Severity::kCritical;
    const std::string title = steps == 0
                                  ? subject.ToString() + " may do everything in the cluster"
                                  : subject.ToString() + " can get every right of the cluster in " +
                                        std::to_string(steps) + (steps == 1 ? " step" : " steps");
    const TechniqueText& text = TextOf(path->front().technique);
    RightsFinding& finding =
        Add("path-to-admin", severity, subject, title, text.remedy, text.mitre);
    for (const Step& step : *path) finding.evidence.push_back(Explain(step));
    return is_admin;
  }

  // One finding for each technique, whether it ends at cluster-admin or not.
  void AddSteps(const model::RbacSubject& subject) {
    std::map<Technique, std::vector<Step>> by_technique;
    for (Step& step : graph_.StepsFrom(subject)) {
      if (step.technique == Technique::kIsAdmin || IsGiven(step, subject) ||
          !HasOwn(step, subject)) {
        continue;
      }
      by_technique[step.technique].push_back(std::move(step));
    }
    for (const auto& [technique, steps] : by_technique) {
      const TechniqueText& text = TextOf(technique);
      const bool whole = std::any_of(steps.begin(), steps.end(), [](const Step& step) {
        return std::any_of(step.needs.begin(), step.needs.end(), [](const Need& need) {
          return need.grant.binding != nullptr && need.grant.binding->name_space.empty();
        });
      });
      RightsFinding& finding =
          Add(std::string(text.id), whole ? text.severity : Lower(text.severity), subject,
              subject.ToString() + ": " + std::string(text.action) +
                  (whole ? "" : ", in single namespaces") + ". " + std::string(text.why),
              text.remedy, text.mitre);
      for (const Step& step : steps) finding.evidence.push_back(Explain(step));
    }
  }

  // What opens no step, and is more than most need.
  void AddDangerous(const model::RbacSubject& subject) {
    struct Danger {
      Capability capability;
      const char* check;
      Severity severity;
      const char* what;
      const char* remedy;
      std::vector<std::string_view> mitre;
    };
    static const std::vector<Danger> kDangers = {
        {Capability::kListSecrets,
         "read-all-secrets",
         Severity::kHigh,
         "reads every Secret",
         "Give get by resourceNames in the namespaces concerned.",
         {"T1552.007"}},
        {Capability::kSeeRequests,
         "see-requests",
         Severity::kMedium,
         "sees and refuses what others write, by a validating webhook",
         "Leave webhook configurations to the cluster's administrators.",
         {"T1562", "T1552.007"}},
        {Capability::kChangeNodes,
         "change-nodes",
         Severity::kMedium,
         "changes labels, taints or status of nodes, and so where pods run",
         "Leave nodes to the kubelets and controllers.",
         {"T1562"}}};
    for (const Danger& danger : kDangers) {
      for (const AccessRequest& request : RequestsFor(danger.capability)) {
        const auto grant = authorizer_.Authorize(IdentityOf(subject), request);
        if (!grant || grant->binding == nullptr || IsBuiltIn(*grant->binding, subject)) continue;
        const Need need{request, *grant};
        if (!HasOwn({"", "", Technique::kIsAdmin, {need}}, subject)) continue;
        Add(danger.check, danger.severity, subject, subject.ToString() + ": " + danger.what,
            danger.remedy, danger.mitre)
            .evidence.push_back(Explain(need));
        break;
      }
    }
  }

  void AddAccount(const model::RbacSubject& subject) {
    if (subject.kind != Kind::kServiceAccount) return;
    std::vector<std::string> bindings;
    for (const model::RoleBinding* binding : authorizer_.BindingsOf(subject)) {
      if (!IsBuiltIn(*binding, subject)) bindings.push_back(binding->ToString());
    }
    if (bindings.empty()) return;
    const bool exists = accounts_.count({subject.name_space, subject.name}) > 0;
    if (!exists) {
      if (picture_.accounts.empty()) return;
      Add("missing-account", Severity::kLow, subject,
          subject.ToString() + " is not there; who makes it takes the rights",
          "Delete the binding, or take the subject out of it.", {"T1098.006"})
          .evidence = bindings;
    } else if (subject.name == "default") {
      Add("default-account", Severity::kMedium, subject,
          subject.ToString() + ", which every pod has that names no other, was given rights",
          "Make an account for the workload, bind that, and set serviceAccountName.",
          {"T1078", "T1552.007"})
          .evidence = bindings;
    } else if (pods_known_ && WorkloadsOf(subject).empty()) {
      Add("unused-account", Severity::kLow, subject,
          subject.ToString() + " has rights and no pod runs as it",
          "Delete the account and its bindings where nothing outside the cluster uses it.",
          {"T1078"})
          .evidence = bindings;
    }
  }

  void AddBinding(const model::RoleBinding& binding) {
    const model::Role* role = authorizer_.RoleOf(binding);
    if (role == nullptr) {
      RightsFinding finding;
      finding.check = "RBAC-missing-role";
      finding.severity = Severity::kLow;
      finding.subject = binding.ToString();
      finding.title = binding.ToString() + " names " + binding.role_kind + " " + binding.role_name +
                      ", which is not there; who makes it gives its rights to the subjects";
      for (const auto& subject : binding.subjects) finding.evidence.push_back(subject.ToString());
      finding.remedy = "Delete the binding.";
      finding.mitre = {"T1098.006"};
      findings_.push_back(std::move(finding));
      return;
    }
    for (const model::RbacSubject& subject : binding.subjects) {
      if (!IsEverybody(subject)) continue;
      std::vector<std::string> rules;
      for (const model::PolicyRule& rule : role->rules) {
        if (!IsHarmless(rule)) rules.push_back(Describe(rule));
      }
      if (rules.empty()) continue;
      const bool known = subject.name == kAuthenticated;
      RightsFinding& finding =
          Add(known ? "everybody-known" : "anonymous", known ? Severity::kMedium : Severity::kHigh,
              subject,
              binding.ToString() + " gives " + role->ToString() + " to " +
                  (known ? "everybody who can log in, every pod included"
                         : "everybody who reaches the API server, without any credential"),
              "Bind the role to the group or account that needs it.", {"T1078.001", "T1190"});
      finding.evidence = std::move(rules);
    }
  }

  void AddWildcards() {
    std::set<const model::Role*> bound;
    for (const model::RoleBinding& binding : picture_.rbac.bindings) {
      bound.insert(authorizer_.RoleOf(binding));
    }
    for (const model::Role& role : picture_.rbac.roles) {
      if (role.built_in) continue;
      std::vector<std::string> rules;
      bool all = false;
      for (const model::PolicyRule& rule : role.rules) {
        const bool verbs = Contains(rule.verbs, "*");
        const bool resources = Contains(rule.resources, "*");
        if (!verbs && !resources) continue;
        all = all || (verbs && resources && Contains(rule.api_groups, "*"));
        rules.push_back(Describe(rule));
      }
      if (rules.empty()) continue;
      RightsFinding finding;
      finding.check = "RBAC-wildcard";
      finding.severity = all ? Severity::kHigh : Severity::kMedium;
      if (bound.count(&role) == 0) finding.severity = Severity::kLow;
      finding.subject = role.ToString();
      finding.title = role.ToString() + " allows by * what is there and what will be added later" +
                      (bound.count(&role) == 0 ? "; nobody is bound to it" : "");
      finding.evidence = std::move(rules);
      finding.remedy = "List the verbs and resources which are used.";
      finding.mitre = {"T1078"};
      findings_.push_back(std::move(finding));
    }
  }

  const ClusterPicture& picture_;
  const Authorizer& authorizer_;
  const EscalationGraph& graph_;
  const bool pods_known_;
  std::map<std::string, std::set<std::string>> workloads_;  // by namespace/account
  std::set<std::pair<std::string, std::string>> accounts_;
  std::vector<RightsFinding> findings_;
};

}  // namespace

std::string Explain(const Need& need) {
  if (need.grant.binding == nullptr) return std::string(kMasters) + ": " + need.request.ToString();
  return need.grant.binding->ToString() + " gives " + need.grant.role->ToString() + ": " +
         need.request.ToString();
}

std::string Explain(const Step& step) {
  std::vector<std::string> needs;
  for (const Need& need : step.needs) needs.push_back(Explain(need));
  std::string text = step.from + " " + std::string(TextOf(step.technique).action);
  if (step.technique != Technique::kIsAdmin) text += " → " + step.to;
  return needs.empty() ? text : text + " (" + Join(needs, "; ") + ")";
}

std::vector<RightsFinding> FindRights(const ClusterPicture& picture, const Authorizer& authorizer,
                                      const EscalationGraph& graph, bool pods_known) {
  return Finder(picture, authorizer, graph, pods_known).Find();
}

}  // namespace narrows::findings::rights
