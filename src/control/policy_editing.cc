#include "control/policy_editing.h"

#include "response/quarantine/policy_edit.h"
#include "response/response_action.h"

namespace narrows::control {
namespace {

constexpr int kMostAttempts = 5;

}  // namespace

Status EditPolicy(kubernetes::ApiClient& client, const std::string& policy, const PolicyEdit& edit,
                  const CallContext& context) {
  const kubernetes::ObjectName name{response::kInspectionPolicies, "", policy, ""};
  for (int attempt = 1;; ++attempt) {
    ASSIGN_OR_RETURN(const std::string object, client.Get(name, context));
    ASSIGN_OR_RETURN(const std::string patch, edit(object));
    if (patch.empty()) return Ok();
    const auto patched = client.Patch(name, kubernetes::PatchKind::kJson, patch, context);
    if (patched.has_value()) return Ok();
    // A test of the patch that fails is 422 (kInvalidArgument).
    const ErrorCode code = patched.error().code;
    const bool raced = code == ErrorCode::kInvalidArgument || code == ErrorCode::kAborted;
    if (!raced || attempt == kMostAttempts) return patched.error();
  }
}

Status SetFinalizer(kubernetes::ApiClient& client, const std::string& policy, bool present,
                    const CallContext& context) {
  return EditPolicy(
      client, policy,
      [present](std::string_view object) {
        return response::quarantine::FinalizerPatch(object, present);
      },
      context);
}

}  // namespace narrows::control
