#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/rbac.h"

namespace narrows::findings::rights {

// One question to the authorizer, as a SubjectAccessReview asks it: of a resource, or of a path of
// the API server where `path` is set.
struct AccessRequest {
  std::string verb;
  std::string group;  // "" for the core group
  std::string resource;
  std::string subresource;
  std::string name_space;  // empty: the whole cluster, or a type without namespaces
  std::string name;        // empty: no particular object
  std::string path;        // "/healthz"

  // "create pods/exec web-0 in namespace shop"
  std::string ToString() const;
};

// Who asks: what authentication says of the request. Empty user: nobody but the groups.
struct Identity {
  std::string user;
  std::vector<std::string> groups;
};

inline constexpr std::string_view kMasters = "system:masters";
inline constexpr std::string_view kAnonymous = "system:anonymous";
inline constexpr std::string_view kAuthenticated = "system:authenticated";
inline constexpr std::string_view kUnauthenticated = "system:unauthenticated";

// The subject with the groups that authentication adds: system:authenticated or
// system:unauthenticated, and a service account's system:serviceaccounts and
// system:serviceaccounts:NAMESPACE. A user's other groups are known to the certificate or token
// alone. Of a group: any member of it.
Identity IdentityOf(const model::RbacSubject& subject);

// A user "system:serviceaccount:NAMESPACE:NAME" is that account, else itself.
model::RbacSubject SubjectOfUser(std::string_view user);

// As the RBAC authorizer compares (k8s.io/kubernetes plugin/pkg/auth/authorizer/rbac and
// pkg/apis/rbac/v1/evaluation_helpers.go): names restrict every verb, so a rule with resourceNames
// allows what names no object only where one of its names is empty.
bool RuleAllows(const model::PolicyRule& rule, const AccessRequest& request);

// What allows a request. All pointers are null for system:masters, whom nothing is asked; they
// borrow from the authorizer's objects.
struct Grant {
  const model::RoleBinding* binding = nullptr;
  const model::Role* role = nullptr;
  const model::PolicyRule* rule = nullptr;
};

// Somebody who may, and by what.
struct Holder {
  model::RbacSubject subject;
  Grant grant;
};

// Answers as the API server's RBAC authorizer would that has the same objects. Indexes them once;
// they outlive it. Const calls are thread-safe.
class Authorizer {
 public:
  explicit Authorizer(const model::RbacObjects& objects);

  // The first grant, those of ClusterRoleBindings first; nothing: not allowed.
  std::optional<Grant> Authorize(const Identity& identity, const AccessRequest& request) const;

  // Everybody whom a binding names, sorted, each once; system:masters first. Of what is asked in a
  // namespace: those who may in all of the cluster included.
  std::vector<Holder> WhoCan(const AccessRequest& request) const;

  // The role that a binding names; null where it is not there.
  const model::Role* RoleOf(const model::RoleBinding& binding) const;
  // The bindings that name the subject itself, not its groups.
  const std::vector<const model::RoleBinding*>& BindingsOf(const model::RbacSubject& subject) const;

 private:
  const model::RbacObjects& objects_;
  std::unordered_map<std::string, const model::Role*> roles_;  // by namespace '/' name
  std::unordered_map<std::string, std::vector<const model::RoleBinding*>> by_subject_;
};

}  // namespace narrows::findings::rights
