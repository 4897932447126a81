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
  std::vector<OperationResult*> created;
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

// metadata.NAME of an object.
std::string MetadataOf(const json::value& object, std::string_view name) {
  const auto* metadata = object.is_object() ? JsonObject(object.get_object(), "metadata") : nullptr;
  return metadata ? JsonString(*metadata, name) : "";
}

Result<Written> ReadWritten(const Operation& operation, const Result<std::string>& answer) {
  if (!answer.has_value()) return answer.error();
  ASSIGN_OR_RETURN(const json::value object, ParseJson(*answer));
  return Written{operation.object, MetadataOf(object, "uid"), MetadataOf(object, "resourceVersion"),
                 false};
}

Result<Written> CarryOut(kubernetes::ApiClient& client, const Operation& operation,
                         const CallContext& context) {
  switch (operation.verb) {
    case Verb::kCreate:
      return ReadWritten(operation,
                         client.Create(operation.object.type, operation.object.name_space,
                                       operation.body, context));
    case Verb::kMergePatch:
      return ReadWritten(operation, client.Patch(operation.object, kubernetes::PatchKind::kMerge,
                                                 operation.body, context));
    case Verb::kDelete:
      RETURN_IF_ERROR(Delete(client, operation, context));
      return Written{operation.object, operation.uid, "", true};
    case Verb::kChangePod: {
      ASSIGN_OR_RETURN(std::string version, ChangePod(client, operation.object, operation.uid,
                                                      operation.change, context));
      const bool gone = version.empty();
      return Written{operation.object, operation.uid, std::move(version), gone};
    }
  }
  return Internal("unknown operation");
}

void TakeBack(kubernetes::ApiClient& client, const std::vector<OperationResult*>& created,
              const CallContext& context) {
  for (auto result = created.rbegin(); result != created.rend(); ++result) {
    // What can't be deleted now is found and deleted by the next plan.
    (*result)->written.deleted =
        client.Delete((*result)->operation->object, "", context).has_value();
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

Result<std::string> ChangePod(kubernetes::ApiClient& client, const kubernetes::ObjectName& pod,
                              const std::string& uid, const PodChange& change,
                              const CallContext& context) {
  Error last;
  for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
    if (attempt > 0) RETURN_IF_ERROR(context.SleepFor(std::chrono::milliseconds(20 << attempt)));
    const auto current = client.Get(pod, context);
    if (!current.has_value()) {
      if (current.error().code == ErrorCode::kNotFound) return "";
      return current.error();
    }
    ASSIGN_OR_RETURN(const json::value document, ParseJson(*current));
    const std::string uid_now = MetadataOf(document, "uid");
    if (uid_now.empty() || (!uid.empty() && uid_now != uid)) return "";
    ASSIGN_OR_RETURN(const std::string patch, PodPatch(*current, change));
    if (patch.empty()) return MetadataOf(document, "resourceVersion");
    const auto patched = client.Patch(pod, kubernetes::PatchKind::kJson, patch, context);
    if (patched.has_value()) {
      ASSIGN_OR_RETURN(const json::value now, ParseJson(*patched));
      return MetadataOf(now, "resourceVersion");
    }
    last = patched.error();
    if (last.code == ErrorCode::kNotFound) return "";
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
  results.reserve(operations.size());  // groups point into it
  std::map<std::string, Group> groups;
  for (const Operation& operation : operations) {
    OperationResult& result = results.emplace_back();
    result.operation = &operation;
    Group& group = groups[operation.group];
    if (group.failed || (group.pod_failed && operation.verb != Verb::kChangePod)) continue;
    auto written = CarryOut(client, operation, context);
    if (written.has_value()) {
      result.carried_out = true;
      result.written = *std::move(written);
      if (operation.verb == Verb::kCreate) {
        group.created.push_back(&result);
      } else {
        group.changed = true;
      }
      continue;
    }
    (OfThisPodOnly(operation, written.error()) ? group.pod_failed : group.failed) = true;
    group.refused = group.refused || Refused(written.error());
    result.error = written.error().Within(operation.ToString());
  }
  for (const auto& [name, group] : groups) {
    if (group.refused && !group.changed) TakeBack(client, group.created, context);
  }
  return results;
}

}  // namespace narrows::response
