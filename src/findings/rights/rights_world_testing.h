#pragma once

// For tests: clusters' rights, made up in a few words.

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "findings/rights/escalation.h"

namespace narrows::findings::rights {

using Kind = model::RbacSubject::Kind;

inline const model::RbacSubject kJane{Kind::kUser, "", "jane"};

inline model::RbacSubject Account(std::string name_space, std::string name) {
  return {Kind::kServiceAccount, std::move(name_space), std::move(name)};
}

inline model::PolicyRule Allow(std::vector<std::string> verbs, std::vector<std::string> groups,
                               std::vector<std::string> resources,
                               std::vector<std::string> names = {}) {
  return {std::move(verbs), std::move(groups), std::move(resources), std::move(names), {}};
}

struct World {
  ClusterPicture picture;

  void Account(const std::string& name_space, const std::string& name) {
    model::ServiceAccount account;
    account.name_space = name_space;
    account.name = name;
    picture.accounts.push_back(std::move(account));
  }
  void Role(const std::string& name_space, const std::string& name,
            std::vector<model::PolicyRule> rules) {
    model::Role role;
    role.name_space = name_space;
    role.name = name;
    role.rules = std::move(rules);
    picture.rbac.roles.push_back(std::move(role));
  }
  void ClusterRole(const std::string& name, std::vector<model::PolicyRule> rules) {
    Role("", name, std::move(rules));
  }
  model::RoleBinding& Bind(const std::string& name_space, const std::string& name,
                           const std::string& role, const model::RbacSubject& subject,
                           const std::string& kind = "ClusterRole") {
    model::RoleBinding binding;
    binding.name_space = name_space;
    binding.name = name;
    binding.role_kind = kind;
    binding.role_name = role;
    binding.subjects = {subject};
    picture.rbac.bindings.push_back(std::move(binding));
    return picture.rbac.bindings.back();
  }
  void Pod(const std::string& name_space, const std::string& name, const std::string& account,
           const std::string& node) {
    picture.pods.push_back(
        {name_space, name, account, node, name_space + "/Deployment/" + account});
  }

  // A few roles of dangerous rights over a few namespaces; the same for the same seed.
  static World Generate(unsigned seed) {
    std::mt19937 random(seed);
    const auto below = [&](size_t limit) {
      return std::uniform_int_distribution<size_t>(0, limit - 1)(random);
    };
    const auto any = [&](std::initializer_list<const char*> words) {
      return std::string(words.begin()[below(words.size())]);
    };
    const std::vector<std::string> spaces = {"a", "b", "kube-system"};
    const std::vector<std::string> names = {"x", "y", "z"};
    World world;
    for (const std::string& space : spaces) {
      for (const std::string& name : names) {
        world.Account(space, name);
        if (below(2) == 0) world.Pod(space, name, name, "node-" + name);
        if (below(4) == 0) world.picture.accounts.back().secrets = {name};
      }
      if (below(3) == 0) world.picture.lenient_namespaces.push_back(space);
    }
    if (below(2) == 0) world.picture.control_plane_nodes = {"node-x"};
    const auto rule = [&] {
      std::vector<std::string> named;
      if (below(3) == 0) named = {names[below(3)]};
      return Allow({any({"*", "create", "get", "update", "patch", "bind", "escalate", "impersonate",
                         "approve", "list"})},
                   {any({"", "", "*", "apps", "rbac.authorization.k8s.io", "certificates.k8s.io",
                         "admissionregistration.k8s.io"})},
                   {any({"*",
                         "pods",
                         "pods/exec",
                         "*/exec",
                         "secrets",
                         "serviceaccounts",
                         "serviceaccounts/token",
                         "users",
                         "groups",
                         "roles",
                         "clusterroles",
                         "rolebindings",
                         "clusterrolebindings",
                         "deployments",
                         "nodes/proxy",
                         "signers",
                         "certificatesigningrequests",
                         "persistentvolumes",
                         "persistentvolumeclaims",
                         "namespaces",
                         "mutatingwebhookconfigurations"})},
                   std::move(named));
    };
    for (size_t i = 0; i < 8; ++i) {
      std::vector<model::PolicyRule> rules;
      for (size_t count = below(4) + 1; count > 0; --count) rules.push_back(rule());
      world.Role(i < 4 ? "" : spaces[below(3)], names[below(3)], std::move(rules));
    }
    for (size_t i = 0; i < 12; ++i) {
      const std::string space = below(3) == 0 ? "" : spaces[below(3)];
      model::RbacSubject subject = rights::Account(spaces[below(3)], names[below(3)]);
      if (below(3) == 0) subject = {Kind::kUser, "", names[below(3)]};
      if (below(8) == 0) subject = {Kind::kGroup, "", any({"x", "system:serviceaccounts:a"})};
      world.Bind(space, "b" + std::to_string(i), names[below(3)], subject,
                 space.empty() || below(2) == 0 ? "ClusterRole" : "Role");
    }
    return world;
  }
};

}  // namespace narrows::findings::rights
