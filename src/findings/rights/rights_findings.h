#pragma once

#include <string>
#include <vector>

#include "findings/rights/escalation.h"
#include "model/severity.h"

namespace narrows::findings::rights {

// What is wrong with somebody's rights. One a subject (or role, or binding) and check, whatever the
// number of rules behind it.
struct RightsFinding {
  std::string check;  // "RBAC-path-to-admin": stable
  model::Severity severity = model::Severity::kUnknown;
  std::string subject;  // "ServiceAccount shop/web", "ClusterRole ops", "RoleBinding shop/b"
  std::string title;    // one sentence
  std::vector<std::string> evidence;   // each names the objects
  std::vector<std::string> workloads;  // that run as the subject, "namespace/Kind/name"
  std::string remedy;
  std::vector<std::string> mitre;  // ATT&CK technique ids
};

// What a finding's step says: "impersonates a group (ClusterRoleBinding b gives ClusterRole r: …)".
std::string Explain(const Step& step);
// "ClusterRoleBinding b gives ClusterRole r: impersonate groups"
std::string Explain(const Need& need);

// All of them, the gravest first, then by check and subject. What Kubernetes itself sets up (its
// own bindings of its own subjects) is left out. Accounts count as unused only where `pods_known`.
std::vector<RightsFinding> FindRights(const ClusterPicture& picture, const Authorizer& authorizer,
                                      const EscalationGraph& graph, bool pods_known);

}  // namespace narrows::findings::rights
