#include "kubernetes/status_error.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/strings.h"

namespace narrows::kubernetes {
namespace {

namespace json = boost::json;

constexpr size_t kMostMessage = 2000;

ErrorCode CodeFor(int status, std::string_view reason) {
  switch (status) {
    case 400:
    case 413:
    case 422:
      return ErrorCode::kInvalidArgument;
    case 401:
      return ErrorCode::kUnauthenticated;
    case 403:
      return ErrorCode::kPermissionDenied;
    case 404:
      return ErrorCode::kNotFound;
    case 405:
    case 406:
    case 415:
    case 501:
      return ErrorCode::kUnimplemented;
    case 409:
      return reason == "AlreadyExists" ? ErrorCode::kAlreadyExists : ErrorCode::kAborted;
    case 410:
      return ErrorCode::kOutOfRange;
    case 429:
      return ErrorCode::kResourceExhausted;
    default:
      return status >= 500 ? ErrorCode::kUnavailable : ErrorCode::kInternal;
  }
}

// "The Deployment "web" is invalid: spec.replicas: Invalid value: …"
std::string InvalidText(const json::object& details) {
  std::string text =
      "The " + JsonString(details, "kind") + " \"" + JsonString(details, "name") + "\" is invalid";
  std::vector<std::string> causes;
  if (const auto* list = JsonArray(details, "causes")) {
    for (const json::value& element : *list) {
      const auto* cause = element.if_object();
      if (cause == nullptr) continue;
      const std::string field = JsonString(*cause, "field");
      causes.push_back((field.empty() ? "" : field + ": ") + JsonString(*cause, "message"));
    }
  }
  return causes.empty() ? text : text + ": " + Join(causes, "; ");
}

Error FromStatus(int http_status, const json::object& status) {
  const std::string reason = JsonString(status, "reason");
  const std::string message = JsonString(status, "message");
  const ErrorCode code =
      CodeFor(static_cast<int>(JsonInt(status, "code").value_or(http_status)), reason);
  const auto* details = JsonObject(status, "details");
  std::string text = "Error from server" + (reason.empty() ? "" : " (" + reason + ')') + ": " +
                     (message.empty() ? "HTTP " + std::to_string(http_status) : message);
  if (code == ErrorCode::kUnauthenticated) {
    text = "You must be logged in to the server (" + (message.empty() ? reason : message) + ')';
  } else if (reason == "Invalid" && details != nullptr) {
    text = InvalidText(*details);
  }
  return {code, Printable(text, kMostMessage)};
}

}  // namespace

Error ErrorFromResponse(int http_status, std::string_view body) {
  const auto document = ParseJson(body, {.bytes = 1u << 20});
  const auto* object = document.has_value() ? document->if_object() : nullptr;
  if (object != nullptr && JsonString(*object, "kind") == "Status") {
    return FromStatus(http_status, *object);
  }
  std::string text = "the server answered HTTP " + std::to_string(http_status);
  const std::string_view said = Trim(body);
  if (!said.empty()) text += ": " + Printable(said);
  return {CodeFor(http_status, ""), text};
}

Error ErrorFromWatchEvent(std::string_view event) {
  const auto document = ParseJson(event, {.bytes = 1u << 20});
  const auto* object = document.has_value() ? document->if_object() : nullptr;
  const auto* status = object != nullptr ? JsonObject(*object, "object") : nullptr;
  if (status == nullptr) return Internal("the watch ended with an error that cannot be read");
  return FromStatus(500, *status);
}

}  // namespace narrows::kubernetes
