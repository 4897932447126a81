#include "findings/rights/opening.h"

#include <algorithm>
#include <optional>
#include <set>

namespace narrows::findings::rights {
namespace {

using C = Capability;
using T = Technique;
using Where = Target::Kind;
using SubjectKind = model::RbacSubject::Kind;

Target Everywhere(Where kind) { return {kind, "", {}}; }
Target AccountTarget(const std::string& name_space, const std::string& account) {
  return {Where::kSubject, "", {SubjectKind::kServiceAccount, name_space, account}};
}

// Of a role: whoever holds it in a namespace becomes any account there.
bool OpensAccounts(const Capabilities& held) {
  return held.Has(C::kCreatePods) || held.Has(C::kWriteWorkloads) || held.Has(C::kMintTokens) ||
         held.Has(C::kImpersonateAccounts);
}

std::optional<C> FirstOf(const Capabilities& held, std::initializer_list<C> capabilities) {
  for (const C capability : capabilities) {
    if (held.Has(capability)) return capability;
  }
  return std::nullopt;
}

}  // namespace

// Takes what one scope opens, and leaves out what the whole cluster's rights open anyway.
class OpeningFinder::Collector {
 public:
  void Enter(const std::string& scope) { scope_ = scope; }

  void Open(T technique, Target target, std::vector<NamedCapability> needs) {
    Target anywhere = target;
    if (target.kind != Where::kSubject) anywhere.name_space.clear();
    const auto key = std::pair(technique, target);
    if (everywhere_.count(std::pair(technique, anywhere)) > 0 || !seen_.insert(key).second) return;
    if (scope_.empty() && target.name_space.empty()) everywhere_.insert(key);
    openings.push_back({technique, std::move(target), scope_, std::move(needs)});
  }

  std::vector<Opening> openings;

 private:
  std::string scope_;
  std::set<std::pair<T, Target>> everywhere_;
  std::set<std::pair<T, Target>> seen_;
};

OpeningFinder::OpeningFinder(const ClusterPicture& picture, const Authorizer& authorizer)
    : picture_(picture), authorizer_(authorizer) {
  for (const model::Role& role : picture.rbac.roles) {
    roles_.emplace(&role, CapabilitiesOf(role));
    roles_by_name_.emplace(role.name, &role);
  }
  for (const model::ServiceAccount& account : picture.accounts) {
    accounts_by_name_.emplace(account.name, &account);
    for (const std::string& secret : account.secrets) accounts_by_secret_.emplace(secret, &account);
  }
  for (const AccountUse& use : picture.pods) pods_by_name_.emplace(use.pod, &use);
}

OpeningFinder::Holdings OpeningFinder::HoldingsOf(const model::RbacSubject& subject) const {
  Holdings holdings;
  holdings.bindings = authorizer_.BindingsOf(subject);
  for (const std::string& group : IdentityOf(subject).groups) {
    const model::RbacSubject member{SubjectKind::kGroup, "", group};
    if (member == subject) continue;
    const auto& bindings = authorizer_.BindingsOf(member);
    holdings.bindings.insert(holdings.bindings.end(), bindings.begin(), bindings.end());
  }
  for (const model::RoleBinding* binding : holdings.bindings) {
    const model::Role* role = authorizer_.RoleOf(*binding);
    if (role == nullptr) continue;
    Capabilities gained = roles_.at(role);
    if (!binding->name_space.empty()) {
      // A type without namespaces cannot be given in one.
      Capabilities here;
      for (size_t i = 0; i < kCapabilityCount; ++i) {
        const auto capability = static_cast<C>(i);
        if (IsNamespaced(capability) && gained.Has(capability)) here.all.Add(capability);
      }
      for (const NamedCapability& each : gained.named) {
        if (IsNamespaced(each.capability)) here.named.push_back(each);
      }
      gained = std::move(here);
    }
    holdings.by_scope[binding->name_space].Add(gained);
  }
  return holdings;
}

std::vector<Opening> OpeningFinder::OpeningsOf(const model::RbacSubject& subject) const {
  Collector collector;
  if (subject == model::RbacSubject{SubjectKind::kGroup, "", std::string(kMasters)}) {
    collector.Open(T::kIsAdmin, Everywhere(Where::kAdmin), {});
    return std::move(collector.openings);
  }
  const Holdings holdings = HoldingsOf(subject);
  const auto whole = holdings.by_scope.find("");
  if (whole != holdings.by_scope.end()) AddClusterWide(holdings, &collector);
  // The whole cluster comes first: "" is the least name.
  for (const auto& [scope, own] : holdings.by_scope) {
    collector.Enter(scope);
    Capabilities held = own;
    if (!scope.empty() && whole != holdings.by_scope.end()) held.Add(whole->second);
    AddPods(scope, held, &collector);
    AddTokens(scope, held, &collector);
    AddSecrets(scope, held, &collector);
    AddBinding(scope, held, &collector);
  }
  AddEscalation(holdings, &collector);
  return std::move(collector.openings);
}

void OpeningFinder::AddClusterWide(const Holdings& holdings, Collector* out) const {
  const Capabilities& held = holdings.by_scope.at("");
  const Target admin = Everywhere(Where::kAdmin);
  if (held.Has(C::kEverything)) out->Open(T::kIsAdmin, admin, {{C::kEverything, ""}});
  AddImpersonation(held, out);
  AddNodes(held, out);
  if (held.Has(C::kMutateRequests))
    out->Open(T::kMutateRequests, admin, {{C::kMutateRequests, ""}});
  if (held.Has(C::kCreateSigningRequests) && held.Has(C::kApproveSigningRequests)) {
    for (const char* signer : {"kubernetes.io/kube-apiserver-client", "kubernetes.io/*"}) {
      if (!held.HasOn(C::kApproveForSigner, signer)) continue;
      out->Open(T::kSignCertificates, Everywhere(Where::kAnybody),
                {{C::kCreateSigningRequests, ""},
                 {C::kApproveSigningRequests, ""},
                 {C::kApproveForSigner, signer}});
    }
  }
  if (!held.Has(C::kWriteClusterRoleBindings)) return;
  if (held.Has(C::kBindClusterRoles)) {
    out->Open(T::kBindRole, admin,
              {{C::kBindClusterRoles, ""}, {C::kWriteClusterRoleBindings, ""}});
  }
  for (const std::string& name : held.NamesOf(C::kBindClusterRoles)) {
    const auto [first, last] = roles_by_name_.equal_range(name);
    for (auto role = first; role != last; ++role) {
      const Capabilities& gained = Of(*role->second);
      if (!role->second->name_space.empty()) continue;
      const std::vector<NamedCapability> needs = {{C::kBindClusterRoles, name},
                                                  {C::kWriteClusterRoleBindings, ""}};
      if (gained.Has(C::kEverything)) out->Open(T::kBindRole, admin, needs);
      if (OpensAccounts(gained)) out->Open(T::kBindRole, Everywhere(Where::kAccountsOf), needs);
    }
  }
}

// Kubernetes documentation, "User impersonation": a group can only be impersonated with a user; a
// user's name that is a service account's is checked as the account.
void OpeningFinder::AddImpersonation(const Capabilities& held, Collector* out) const {
  if (held.Has(C::kImpersonateUsers)) {
    out->Open(T::kImpersonateUser, Everywhere(Where::kUsers), {{C::kImpersonateUsers, ""}});
  }
  std::optional<NamedCapability> as;
  if (const auto any = FirstOf(held, {C::kImpersonateUsers, C::kImpersonateAccounts})) {
    as = NamedCapability{*any, ""};
  }
  for (const std::string& name : held.NamesOf(C::kImpersonateUsers)) {
    model::RbacSubject user = SubjectOfUser(name);
    if (user.kind != SubjectKind::kUser) continue;
    if (!as) as = NamedCapability{C::kImpersonateUsers, name};
    out->Open(T::kImpersonateUser, {Where::kSubject, "", std::move(user)},
              {{C::kImpersonateUsers, name}});
  }
  if (!as) return;
  std::vector<std::string> groups = held.NamesOf(C::kImpersonateGroups);
  const bool any_group = held.Has(C::kImpersonateGroups);
  if (any_group) groups.assign({std::string(kMasters)});
  for (const std::string& group : groups) {
    out->Open(T::kImpersonateGroup, {Where::kSubject, "", {SubjectKind::kGroup, "", group}},
              {{C::kImpersonateGroups, any_group ? "" : group}, *as});
  }
}

void OpeningFinder::AddNodes(const Capabilities& held, Collector* out) const {
  const auto& control = picture_.control_plane_nodes;
  const Target admin = Everywhere(Where::kAdmin);
  if (held.Has(C::kNodesProxy)) {
    out->Open(T::kNodesProxy, Everywhere(Where::kPodsOf), {{C::kNodesProxy, ""}});
    if (!control.empty()) out->Open(T::kNodesProxy, admin, {{C::kNodesProxy, ""}});
  }
  for (const std::string& node : held.NamesOf(C::kNodesProxy)) {
    if (std::find(control.begin(), control.end(), node) != control.end()) {
      out->Open(T::kNodesProxy, admin, {{C::kNodesProxy, node}});
    }
    for (const AccountUse& use : picture_.pods) {
      if (use.node != node) continue;
      out->Open(T::kNodesProxy, AccountTarget(use.name_space, use.account),
                {{C::kNodesProxy, node}});
    }
  }
}

bool OpeningFinder::IsLenient(const std::string& scope) const {
  const auto& lenient = picture_.lenient_namespaces;
  return scope.empty() ? !lenient.empty()
                       : std::find(lenient.begin(), lenient.end(), scope) != lenient.end();
}

void OpeningFinder::AddPods(const std::string& scope, const Capabilities& held,
                            Collector* out) const {
  if (const auto creates = FirstOf(held, {C::kCreatePods, C::kWriteWorkloads})) {
    const NamedCapability create{*creates, ""};
    const Target node = Everywhere(Where::kNode);
    out->Open(T::kRunPods, {Where::kAccountsOf, scope, {}}, {create});
    if (IsLenient(scope)) {
      out->Open(T::kRunPrivilegedPods, node, {create});
    } else if (held.HasOn(C::kLabelNamespaces, scope)) {
      out->Open(
          T::kRunPrivilegedPods, node,
          {create, {C::kLabelNamespaces, held.Has(C::kLabelNamespaces) ? std::string() : scope}});
    }
    if (held.Has(C::kCreateVolumes) && held.Has(C::kCreateVolumeClaims)) {
      out->Open(T::kMountHost, node,
                {{C::kCreateVolumes, ""}, {C::kCreateVolumeClaims, ""}, create});
    }
  }
  for (const C enters : {C::kExec, C::kEphemeralContainers, C::kAttach, C::kChangePods}) {
    if (held.Has(enters)) out->Open(T::kEnterPods, {Where::kPodsOf, scope, {}}, {{enters, ""}});
    for (const std::string& name : held.NamesOf(enters)) {
      const auto [first, last] = pods_by_name_.equal_range(name);
      for (auto use = first; use != last; ++use) {
        if (!scope.empty() && use->second->name_space != scope) continue;
        out->Open(T::kEnterPods, AccountTarget(use->second->name_space, use->second->account),
                  {{enters, name}});
      }
    }
  }
}

void OpeningFinder::AddTokens(const std::string& scope, const Capabilities& held,
                              Collector* out) const {
  for (const auto& [capability, technique] :
       {std::pair(C::kMintTokens, T::kMintTokens),
        std::pair(C::kImpersonateAccounts, T::kImpersonateAccount)}) {
    if (held.Has(capability)) {
      out->Open(technique, {Where::kAccountsOf, scope, {}}, {{capability, ""}});
    }
    for (const std::string& name : held.NamesOf(capability)) {
      const auto [first, last] = accounts_by_name_.equal_range(name);
      for (auto account = first; account != last; ++account) {
        if (!scope.empty() && account->second->name_space != scope) continue;
        out->Open(technique, AccountTarget(account->second->name_space, name),
                  {{capability, name}});
      }
    }
  }
}

void OpeningFinder::AddSecrets(const std::string& scope, const Capabilities& held,
                               Collector* out) const {
  const auto reads = FirstOf(held, {C::kReadSecrets, C::kListSecrets});
  if (reads) out->Open(T::kReadTokenSecrets, {Where::kTokensOf, scope, {}}, {{*reads, ""}});
  if (reads && held.Has(C::kCreateSecrets)) {
    out->Open(T::kMakeTokenSecrets, {Where::kAccountsOf, scope, {}},
              {{C::kCreateSecrets, ""}, {*reads, ""}});
  }
  for (const std::string& name : held.NamesOf(C::kReadSecrets)) {
    const auto [first, last] = accounts_by_secret_.equal_range(name);
    for (auto account = first; account != last; ++account) {
      if (!scope.empty() && account->second->name_space != scope) continue;
      out->Open(T::kReadTokenSecrets,
                AccountTarget(account->second->name_space, account->second->name),
                {{C::kReadSecrets, name}});
    }
  }
}

void OpeningFinder::AddBinding(const std::string& scope, const Capabilities& held,
                               Collector* out) const {
  if (!held.Has(C::kWriteRoleBindings)) return;
  const NamedCapability write{C::kWriteRoleBindings, ""};
  if (held.Has(C::kBindClusterRoles)) {
    out->Open(T::kBindRole, {Where::kAccountsOf, scope, {}}, {{C::kBindClusterRoles, ""}, write});
  }
  const auto add_named = [&](C bind, const std::string& name) {
    const auto [first, last] = roles_by_name_.equal_range(name);
    for (auto role = first; role != last; ++role) {
      const std::string& home = role->second->name_space;
      const bool right_kind = (bind == C::kBindRoles) != home.empty();
      if (!right_kind || (!home.empty() && !scope.empty() && home != scope)) continue;
      if (!OpensAccounts(Of(*role->second))) continue;
      out->Open(T::kBindRole, {Where::kAccountsOf, home.empty() ? scope : home, {}},
                {{bind, held.Has(bind) ? std::string() : name}, write});
    }
  };
  for (const std::string& name : held.NamesOf(C::kBindClusterRoles)) {
    add_named(C::kBindClusterRoles, name);
  }
  for (const std::string& name : held.NamesOf(C::kBindRoles)) add_named(C::kBindRoles, name);
  if (!held.Has(C::kBindRoles)) return;
  for (const model::Role& role : picture_.rbac.roles) {
    if (role.name_space.empty() || (!scope.empty() && role.name_space != scope)) continue;
    if (!OpensAccounts(Of(role))) continue;
    out->Open(T::kBindRole, {Where::kAccountsOf, role.name_space, {}},
              {{C::kBindRoles, ""}, write});
  }
}

// Who may add any rule to a role that it is bound to has every right where it is bound.
void OpeningFinder::AddEscalation(const Holdings& holdings, Collector* out) const {
  for (const model::RoleBinding* binding : holdings.bindings) {
    const model::Role* role = authorizer_.RoleOf(*binding);
    if (role == nullptr) continue;
    const bool cluster_role = role->name_space.empty();
    const C escalate = cluster_role ? C::kEscalateClusterRoles : C::kEscalateRoles;
    const C change = cluster_role ? C::kChangeClusterRoles : C::kChangeRoles;
    // The role's own scope: a ClusterRole's is the whole cluster.
    Capabilities held;
    for (const std::string& scope : std::set<std::string>{"", role->name_space}) {
      const auto found = holdings.by_scope.find(scope);
      if (found != holdings.by_scope.end()) held.Add(found->second);
    }
    if (!held.HasOn(escalate, role->name) || !held.HasOn(change, role->name)) continue;
    std::vector<NamedCapability> needs;
    for (const C capability : {escalate, change}) {
      needs.push_back({capability, held.Has(capability) ? std::string() : role->name});
    }
    out->Enter(role->name_space);
    out->Open(T::kEscalateRole,
              binding->name_space.empty() ? Everywhere(Where::kAdmin)
                                          : Target{Where::kAccountsOf, binding->name_space, {}},
              std::move(needs));
  }
}

}  // namespace narrows::findings::rights
