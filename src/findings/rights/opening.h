#pragma once

#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "findings/rights/capability.h"
#include "findings/rights/escalation.h"

namespace narrows::findings::rights {

// Where a step leads. A set of accounts stands for each of them, so that a right in the whole
// cluster is one step and not thousands. An empty namespace: of every namespace.
struct Target {
  enum class Kind {
    kAdmin,
    kSubject,
    kAccountsOf,  // every service account of the namespace
    kPodsOf,      // the accounts that pods there run as
    kTokensOf,    // the accounts that have token Secrets there
    kUsers,       // every user that a binding names
    kAnybody,     // every subject that a binding names, but system:masters
    kNode,
  };
  Kind kind = Kind::kAdmin;
  std::string name_space;
  model::RbacSubject subject;  // of kSubject

  friend bool operator<(const Target& a, const Target& b) {
    return std::tie(a.kind, a.name_space, a.subject) < std::tie(b.kind, b.name_space, b.subject);
  }
};

// A step that some rights open.
struct Opening {
  Technique technique = Technique::kIsAdmin;
  Target target;
  std::string scope;                   // namespace of the rights; empty: the whole cluster
  std::vector<NamedCapability> needs;  // an empty name: on every one
};

// What each subject's rights open, by the rules of technique.cc. Const calls are thread-safe.
class OpeningFinder {
 public:
  // Both outlive it.
  OpeningFinder(const ClusterPicture& picture, const Authorizer& authorizer);

  std::vector<Opening> OpeningsOf(const model::RbacSubject& subject) const;

 private:
  // A subject's rights, its groups' included.
  struct Holdings {
    std::map<std::string, Capabilities> by_scope;
    std::vector<const model::RoleBinding*> bindings;
  };
  class Collector;

  Holdings HoldingsOf(const model::RbacSubject& subject) const;
  const Capabilities& Of(const model::Role& role) const { return roles_.at(&role); }
  void AddClusterWide(const Holdings& holdings, Collector* out) const;
  void AddImpersonation(const Capabilities& held, Collector* out) const;
  void AddNodes(const Capabilities& held, Collector* out) const;
  void AddPods(const std::string& scope, const Capabilities& held, Collector* out) const;
  void AddTokens(const std::string& scope, const Capabilities& held, Collector* out) const;
  void AddSecrets(const std::string& scope, const Capabilities& held, Collector* out) const;
  void AddBinding(const std::string& scope, const Capabilities& held, Collector* out) const;
  void AddEscalation(const Holdings& holdings, Collector* out) const;
  bool IsLenient(const std::string& scope) const;

  const ClusterPicture& picture_;
  const Authorizer& authorizer_;
  std::unordered_map<const model::Role*, Capabilities> roles_;
  std::unordered_multimap<std::string, const model::Role*> roles_by_name_;
  std::unordered_multimap<std::string, const model::ServiceAccount*> accounts_by_name_;
  std::unordered_multimap<std::string, const model::ServiceAccount*> accounts_by_secret_;
  std::unordered_multimap<std::string, const AccountUse*> pods_by_name_;
};

}  // namespace narrows::findings::rights
