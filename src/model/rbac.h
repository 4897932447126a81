#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace narrows::model {

// rbac.authorization.k8s.io/v1, what decides who may do what.
struct PolicyRule {
  std::vector<std::string> verbs;
  std::vector<std::string> api_groups;
  std::vector<std::string> resources;       // "pods", "pods/exec", "*/scale", "*"
  std::vector<std::string> resource_names;  // none: every name
  std::vector<std::string> non_resource_urls;

  friend bool operator==(const PolicyRule&, const PolicyRule&) = default;
};

// A Role, or a ClusterRole where there is no namespace. The rules of an aggregated ClusterRole are
// those that the API server's controller has written into it.
struct Role {
  std::string name_space;
  std::string name;
  bool built_in = false;    // labelled kubernetes.io/bootstrapping=rbac-defaults
  bool aggregated = false;  // has an aggregationRule
  std::vector<PolicyRule> rules;

  // "ClusterRole admin", "Role shop/reader"
  std::string ToString() const {
    return name_space.empty() ? "ClusterRole " + name : "Role " + name_space + "/" + name;
  }
  friend bool operator==(const Role&, const Role&) = default;
};

struct RbacSubject {
  enum class Kind { kUser, kGroup, kServiceAccount };

  Kind kind = Kind::kUser;
  std::string name_space;  // of a service account
  std::string name;

  // As kubectl writes it: "User jane", "Group dev", "ServiceAccount shop/web".
  std::string ToString() const {
    if (kind == Kind::kServiceAccount) return "ServiceAccount " + name_space + "/" + name;
    return (kind == Kind::kUser ? "User " : "Group ") + name;
  }
  friend bool operator==(const RbacSubject&, const RbacSubject&) = default;
  friend bool operator<(const RbacSubject& a, const RbacSubject& b) {
    return std::tie(a.kind, a.name_space, a.name) < std::tie(b.kind, b.name_space, b.name);
  }
};

// A RoleBinding, or a ClusterRoleBinding where there is no namespace.
struct RoleBinding {
  std::string name_space;
  std::string name;
  bool built_in = false;  // as Role's
  std::string role_kind;  // "Role", "ClusterRole"
  std::string role_name;
  // Those of a kind that the authorizer knows. A service account without a namespace is in the
  // binding's; in a ClusterRoleBinding it is nobody and left out.
  std::vector<RbacSubject> subjects;

  std::string ToString() const {
    return name_space.empty() ? "ClusterRoleBinding " + name
                              : "RoleBinding " + name_space + "/" + name;
  }
  friend bool operator==(const RoleBinding&, const RoleBinding&) = default;
};

struct ServiceAccount {
  std::string name_space;
  std::string name;
  bool automount = true;             // automountServiceAccountToken
  std::vector<std::string> secrets;  // that hold a token which does not expire

  friend bool operator==(const ServiceAccount&, const ServiceAccount&) = default;
};

// All that the RBAC authorizer looks at in one cluster.
struct RbacObjects {
  std::vector<Role> roles;
  std::vector<RoleBinding> bindings;
};

}  // namespace narrows::model
