#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "findings/rights/authorizer.h"
#include "findings/rights/technique.h"
#include "model/rbac.h"

namespace narrows::findings::rights {

// A pod, as far as rights are concerned.
struct AccountUse {
  std::string name_space;
  std::string pod;
  std::string account;
  std::string node;      // empty while unscheduled
  std::string workload;  // "namespace/Kind/name"
};

// What decides whether one right leads to another.
struct ClusterPicture {
  model::RbacObjects rbac;
  std::vector<model::ServiceAccount> accounts;
  std::vector<AccountUse> pods;
  // Namespaces whose pod security level lets privileged pods in.
  std::vector<std::string> lenient_namespaces;
  std::vector<std::string> control_plane_nodes;  // none are visible where a provider runs them
};

// One right that a step needs, and what gives it.
struct Need {
  AccessRequest request;
  Grant grant;
};

// From one subject (or "a node") to the next.
struct Step {
  std::string from;
  std::string to;
  Technique technique = Technique::kIsAdmin;
  std::vector<Need> needs;  // empty where a node, not a subject, takes the step
};

// Who can become whom. A step is drawn only where the API server allows each request it needs and
// the objects it needs are there; what is beyond the API (a cloud's own accounts, flaws of
// programs) is not drawn. Const calls are thread-safe.
class EscalationGraph {
 public:
  // `picture` and `authorizer`, which is of picture.rbac, outlive it.
  EscalationGraph(const ClusterPicture& picture, const Authorizer& authorizer);
  ~EscalationGraph();

  // Every subject that a binding names and every service account, sorted.
  const std::vector<model::RbacSubject>& subjects() const;

  // The shortest way to every right; nothing where there is none. A subject that nobody names has
  // the rights of its groups. Only one step, kIsAdmin: it may do everything already.
  std::optional<std::vector<Step>> PathToAdmin(const model::RbacSubject& subject) const;

  // Every step that the subject's own rights open, those of its groups included.
  std::vector<Step> StepsFrom(const model::RbacSubject& subject) const;

 private:
  class Implementation;
  std::unique_ptr<const Implementation> implementation_;
};

}  // namespace narrows::findings::rights
