#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "findings/rights/authorizer.h"
#include "model/rbac.h"

namespace narrows::findings::rights {

// A right that somebody can turn into more rights, alone or with others.
enum class Capability : uint8_t {
  kEverything,  // every verb on every resource
  kImpersonateUsers,
  kImpersonateGroups,
  kImpersonateAccounts,
  kBindClusterRoles,
  kBindRoles,
  kEscalateClusterRoles,
  kEscalateRoles,
  kChangeClusterRoles,
  kChangeRoles,
  kWriteClusterRoleBindings,
  kWriteRoleBindings,
  kCreatePods,
  kWriteWorkloads,
  kChangePods,
  kExec,
  kAttach,
  kEphemeralContainers,
  kReadSecrets,
  kListSecrets,
  kCreateSecrets,
  kMintTokens,
  kNodesProxy,
  kCreateSigningRequests,
  kApproveSigningRequests,
  kApproveForSigner,
  kMutateRequests,
  kSeeRequests,
  kCreateVolumes,
  kCreateVolumeClaims,
  kChangeNodes,
  kLabelNamespaces,
};
inline constexpr size_t kCapabilityCount = static_cast<size_t>(Capability::kLabelNamespaces) + 1;

// Whether holding it is something of a namespace, or of the whole cluster only.
bool IsNamespaced(Capability capability);

// The requests any of which shows the capability, without namespace and name.
const std::vector<AccessRequest>& RequestsFor(Capability capability);

class CapabilitySet {
 public:
  void Add(Capability capability) { bits_ |= Bit(capability); }
  void Add(const CapabilitySet& other) { bits_ |= other.bits_; }
  bool Has(Capability capability) const { return (bits_ & Bit(capability)) != 0; }
  bool empty() const { return bits_ == 0; }

 private:
  static uint64_t Bit(Capability capability) {
    return uint64_t{1} << static_cast<unsigned>(capability);
  }
  uint64_t bits_ = 0;
};

// A capability on the objects of one name.
struct NamedCapability {
  Capability capability = Capability::kEverything;
  std::string name;
};

// What a role, or several in one scope, give.
struct Capabilities {
  CapabilitySet all;                   // on every name
  std::vector<NamedCapability> named;  // on one, where `all` has it not

  bool Has(Capability capability) const { return all.Has(capability); }
  // On every name or on this one.
  bool HasOn(Capability capability, std::string_view name) const;
  // The names of a capability that `all` has not.
  std::vector<std::string> NamesOf(Capability capability) const;
  void Add(const Capabilities& other);
};

Capabilities CapabilitiesOf(const model::Role& role);

}  // namespace narrows::findings::rights
