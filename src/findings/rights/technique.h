#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/severity.h"

namespace narrows::findings::rights {

// A way from some rights to more.
enum class Technique : uint8_t {
  kIsAdmin,
  kImpersonateGroup,
  kImpersonateUser,
  kImpersonateAccount,
  kBindRole,
  kEscalateRole,
  kRunPods,
  kRunPrivilegedPods,
  kEnterPods,
  kReadTokenSecrets,
  kMakeTokenSecrets,
  kMintTokens,
  kNodesProxy,
  kSignCertificates,
  kMutateRequests,
  kMountHost,
  kNodeTokens,
  kControlPlaneNode,
};
inline constexpr size_t kTechniqueCount = static_cast<size_t>(Technique::kControlPlaneNode) + 1;

// What is said of a technique, in our own words.
struct TechniqueText {
  std::string_view id;                                // "impersonate-group"
  std::string_view action;                            // "impersonates the group"
  std::string_view why;                               // one sentence
  std::string_view remedy;                            // one sentence
  model::Severity severity = model::Severity::kHigh;  // where it works in the whole cluster
  std::vector<std::string_view> mitre;                // ATT&CK techniques
};

const TechniqueText& TextOf(Technique technique);

}  // namespace narrows::findings::rights
