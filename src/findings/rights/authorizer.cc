#include "findings/rights/authorizer.h"

#include <algorithm>
#include <map>

#include "base/strings.h"

namespace narrows::findings::rights {
namespace {

using Kind = model::RbacSubject::Kind;

constexpr std::string_view kAccountPrefix = "system:serviceaccount:";

bool Contains(const std::vector<std::string>& values, std::string_view wanted) {
  return std::find(values.begin(), values.end(), wanted) != values.end();
}

bool AnyOrContains(const std::vector<std::string>& values, std::string_view wanted) {
  return std::any_of(values.begin(), values.end(),
                     [&](const std::string& value) { return value == "*" || value == wanted; });
}

bool ResourceMatches(const model::PolicyRule& rule, const AccessRequest& request) {
  const std::string combined =
      request.subresource.empty() ? request.resource : request.resource + '/' + request.subresource;
  return std::any_of(rule.resources.begin(), rule.resources.end(), [&](const std::string& each) {
    return each == "*" || each == combined ||
           (!request.subresource.empty() && each.size() == request.subresource.size() + 2 &&
            each.starts_with("*/") && each.ends_with(request.subresource));
  });
}

bool PathMatches(const model::PolicyRule& rule, std::string_view path) {
  return std::any_of(rule.non_resource_urls.begin(), rule.non_resource_urls.end(),
                     [&](std::string_view url) {
                       if (url == "*" || url == path) return true;
                       if (!url.ends_with('*')) return false;
                       return path.starts_with(url.substr(0, url.find_last_not_of('*') + 1));
                     });
}

// By which a subject is found among the bindings.
std::string KeyOf(const model::RbacSubject& subject) {
  switch (subject.kind) {
    case Kind::kUser:
      return "u" + subject.name;
    case Kind::kGroup:
      return "g" + subject.name;
    case Kind::kServiceAccount:
      break;
  }
  // The authorizer compares an account with the user's name.
  return "u" + std::string(kAccountPrefix) + subject.name_space + ':' + subject.name;
}

std::string RoleKey(std::string_view name_space, std::string_view name) {
  return std::string(name_space) + '/' + std::string(name);
}

}  // namespace

std::string AccessRequest::ToString() const {
  if (!path.empty()) return verb + ' ' + path;
  std::string text = verb + ' ' + resource;
  if (!group.empty()) text += '.' + group;
  if (!subresource.empty()) text += '/' + subresource;
  if (!name.empty()) text += ' ' + name;
  return text + (name_space.empty() ? " in the whole cluster" : " in namespace " + name_space);
}

Identity IdentityOf(const model::RbacSubject& subject) {
  switch (subject.kind) {
    case Kind::kUser:
      return {subject.name,
              {std::string(subject.name == kAnonymous ? kUnauthenticated : kAuthenticated)}};
    case Kind::kGroup:
      if (subject.name == kUnauthenticated || subject.name == kAuthenticated) {
        return {"", {subject.name}};
      }
      return {"", {subject.name, std::string(kAuthenticated)}};
    case Kind::kServiceAccount:
      break;
  }
  return {std::string(kAccountPrefix) + subject.name_space + ':' + subject.name,
          {"system:serviceaccounts", "system:serviceaccounts:" + subject.name_space,
           std::string(kAuthenticated)}};
}

model::RbacSubject SubjectOfUser(std::string_view user) {
  if (user.starts_with(kAccountPrefix)) {
    const std::string_view rest = user.substr(kAccountPrefix.size());
    const size_t colon = rest.find(':');
    if (colon != std::string_view::npos && colon > 0 && colon + 1 < rest.size()) {
      return {Kind::kServiceAccount, std::string(rest.substr(0, colon)),
              std::string(rest.substr(colon + 1))};
    }
  }
  return {Kind::kUser, "", std::string(user)};
}

bool RuleAllows(const model::PolicyRule& rule, const AccessRequest& request) {
  if (!AnyOrContains(rule.verbs, request.verb)) return false;
  if (!request.path.empty()) return PathMatches(rule, request.path);
  return AnyOrContains(rule.api_groups, request.group) && ResourceMatches(rule, request) &&
         (rule.resource_names.empty() || Contains(rule.resource_names, request.name));
}

Authorizer::Authorizer(const model::RbacObjects& objects) : objects_(objects) {
  for (const model::Role& role : objects.roles) {
    roles_.emplace(RoleKey(role.name_space, role.name), &role);
  }
  for (const model::RoleBinding& binding : objects.bindings) {
    for (const model::RbacSubject& subject : binding.subjects) {
      auto& bindings = by_subject_[KeyOf(subject)];
      if (bindings.empty() || bindings.back() != &binding) bindings.push_back(&binding);
    }
  }
}

const model::Role* Authorizer::RoleOf(const model::RoleBinding& binding) const {
  const bool cluster_role = binding.role_kind == "ClusterRole";
  if (!cluster_role && (binding.role_kind != "Role" || binding.name_space.empty())) return nullptr;
  const auto found =
      roles_.find(RoleKey(cluster_role ? "" : binding.name_space, binding.role_name));
  return found == roles_.end() ? nullptr : found->second;
}

const std::vector<const model::RoleBinding*>& Authorizer::BindingsOf(
    const model::RbacSubject& subject) const {
  static const std::vector<const model::RoleBinding*> kNone;
  const auto found = by_subject_.find(KeyOf(subject));
  return found == by_subject_.end() ? kNone : found->second;
}

std::optional<Grant> Authorizer::Authorize(const Identity& identity,
                                           const AccessRequest& request) const {
  if (Contains(identity.groups, kMasters)) return Grant{};
  std::vector<const std::vector<const model::RoleBinding*>*> lists;
  if (!identity.user.empty()) lists.push_back(&BindingsOf({Kind::kUser, "", identity.user}));
  for (const std::string& group : identity.groups) {
    lists.push_back(&BindingsOf({Kind::kGroup, "", group}));
  }
  for (const bool whole_cluster : {true, false}) {
    for (const auto* bindings : lists) {
      for (const model::RoleBinding* binding : *bindings) {
        if (binding->name_space.empty() != whole_cluster ||
            (!whole_cluster && binding->name_space != request.name_space)) {
          continue;
        }
        const model::Role* role = RoleOf(*binding);
        if (role == nullptr) continue;
        for (const model::PolicyRule& rule : role->rules) {
          if (RuleAllows(rule, request)) return Grant{binding, role, &rule};
        }
      }
    }
  }
  return std::nullopt;
}

std::vector<Holder> Authorizer::WhoCan(const AccessRequest& request) const {
  std::map<model::RbacSubject, Grant> holders;
  std::unordered_map<const model::Role*, const model::PolicyRule*> seen;
  for (const model::RoleBinding& binding : objects_.bindings) {
    if (!binding.name_space.empty() && binding.name_space != request.name_space) continue;
    const model::Role* role = RoleOf(binding);
    if (role == nullptr) continue;
    const auto [entry, added] = seen.emplace(role, nullptr);
    if (added) {
      const auto rule = std::find_if(role->rules.begin(), role->rules.end(),
                                     [&](const auto& each) { return RuleAllows(each, request); });
      if (rule != role->rules.end()) entry->second = &*rule;
    }
    if (entry->second == nullptr) continue;
    for (const model::RbacSubject& subject : binding.subjects) {
      holders.emplace(subject, Grant{&binding, role, entry->second});
    }
  }
  const model::RbacSubject masters{Kind::kGroup, "", std::string(kMasters)};
  std::vector<Holder> result{{masters, {}}};
  for (const auto& [subject, grant] : holders) {
    if (subject != masters) result.push_back({subject, grant});
  }
  return result;
}

}  // namespace narrows::findings::rights
