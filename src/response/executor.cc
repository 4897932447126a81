#include "response/executor.h"

#include <boost/json/serialize.hpp>
#include <map>

#include "base/json.h"

namespace narrows::response {
namespace {

namespace json = boost::json;
using Verb = Operation::Verb;

constexpr int kMostAttempts = 6;

struct Group {
  bool failed = false;
  bool pod_failed = false;
  bool refused = false;
  bool changed = false;  // something that can't be taken back by a deletion
  std::vector<kubernetes::ObjectName> created;
};

Status Delete(kubernetes::ApiClient& client, const Operation& operation,
              const CallContext& context) {
  std::string options;
  if (!operation.uid.empty()) {
    options = json::serialize(json::object{{"apiVersion", "v1"},
                                           {"kind", "DeleteOptions"},
                                           {"preconditions", {{"uid", operation.uid}}}});
  }
  auto status = client.Delete(operation.object, options, context);
  // Gone, or another object of that name: either way ours is not there.
  if (!status.has_value() &&
      (status.error().code == ErrorCode::kNotFound || status.error().code == ErrorCode::kAborted)) {
    return Ok();
  }
  return status;
}

Status CarryOut(kubernetes::ApiClient& client, const Operation& operation,
                const CallContext& context) {
  switch (operation.verb) {
    case Verb::kCreate: {
      const auto created = client.Create(operation.object.type, operation.object.name_space,
                                         operation.body, context);
      if (!created.has_value()) return created.error();
      return Ok();
    }
    case Verb::kMergePatch: {
      const auto patched =
          client.Patch(operation.object, kubernetes::PatchKind::kMerge, operation.body, context);
      if (!patched.has_value()) return patched.error();
      return Ok();
    }
    case Verb::kDelete:
      return Delete(client, operation, context);
    case Verb::kChangePod:
      return ChangePod(client, operation.object, operation.uid, operation.change, context);
  }
  return Internal("unknown operation");
}

void TakeBack(kubernetes::ApiClient& client, const Group& group, const CallContext& context) {
  for (auto object = group.created.rbegin(); object != group.created.rend(); ++object) {
    // What can't be deleted now is found and deleted by the next plan.
    (void)client.Delete(*object, "", context);
  }
}

// Nothing but what this one pod looks like is the reason: its annotations are full, say. It must
// not keep the others from being isolated or released.
bool OfThisPodOnly(const Operation& operation, const Error& error) {
  return operation.verb == Verb::kChangePod && (error.code == ErrorCode::kInvalidArgument ||
                                                error.code == ErrorCode::kFailedPrecondition);
}

bool Refused(const Error& error) {
  return error.code == ErrorCode::kPermissionDenied || error.code == ErrorCode::kInvalidArgument;
}

}  // namespace

Status ChangePod(kubernetes::ApiClient& client, const kubernetes::ObjectName& pod,
                 const std::string& uid, const PodChange& change, const CallContext& context) {
  Error last;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    if (attempt > 0) RETURN_IF_ERROR(context.SleepFor(std::chrono::milliseconds(20 << attempt)));
    const auto current = client.Get(pod, context);
    if (!current.has_value()) {
      if (current.error().code == ErrorCode::kNotFound) return Ok();
      return current.error();
    }
    ASSIGN_OR_RETURN(const json::value document, ParseJson(*current));
    const auto* metadata =
        document.is_object() ? JsonObject(document.get_object(), "metadata") : nullptr;
    if (!metadata || (!uid.empty() && JsonString(*metadata, "uid") != uid)) return Ok();
    ASSIGN_OR_RETURN(const std::string patch, PodPatch(*current, change));
    if (patch.empty()) return Ok();
    const auto patched = client.Patch(pod, kubernetes::PatchKind::kJson, patch, context);
    if (patched.has_value()) return Ok();
    last = patched.error();
    if (last.code == ErrorCode::kNotFound) return Ok();
    // A failed test operation is 422, as is what an admission policy refuses; only trying tells.
    const bool may_be_a_race =
        last.code == ErrorCode::kAborted || last.code == ErrorCode::kInvalidArgument;
    if (!may_be_a_race || last.message.find("ValidatingAdmissionPolicy") != std::string::npos)
      break;
  }
  return last;
}

std::vector<OperationResult> Execute(kubernetes::ApiClient& client,
                                     std::span<const Operation> operations,
                                     const CallContext& context) {
  std::vector<OperationResult> results;
  std::map<std::string, Group> groups;
  for (const Operation& operation : operations) {
    OperationResult& result = results.emplace_back();
    result.operation = &operation;
    Group& group = groups[operation.group];
    if (group.failed || (group.pod_failed && operation.verb != Verb::kChangePod)) continue;
    auto status = CarryOut(client, operation, context);
    if (status.has_value()) {
      result.carried_out = true;
      if (operation.verb == Verb::kCreate) {
        group.created.push_back(operation.object);
      } else {
        group.changed = true;
      }
      continue;
    }
    (OfThisPodOnly(operation, status.error()) ? group.pod_failed : group.failed) = true;
    group.refused = group.refused || Refused(status.error());
    result.error = status.error().Within(operation.ToString());
  }
  for (const auto& [name, group] : groups) {
    if (group.refused && !group.changed) TakeBack(client, group, context);
  }
  return results;
}

}  // namespace narrows::response
