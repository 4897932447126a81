#pragma once

#include <string>
#include <string_view>

namespace narrows {

// Canonical codes; the meaning is gRPC's (google.rpc.Code), the HTTP mapping is HttpStatusFor.
enum class ErrorCode {
  kCancelled,
  kInvalidArgument,
  kDeadlineExceeded,
  kNotFound,
  kAlreadyExists,
  kPermissionDenied,
  kUnauthenticated,
  kResourceExhausted,   // a limit of ours or of the peer
  kFailedPrecondition,  // the state forbids it: conflict, store in use
  kAborted,             // lost a race; read again and retry
  kOutOfRange,          // position no longer available, e.g. HTTP 410 of a watch
  kUnimplemented,
  kUnavailable,  // may work later: network, 429, 5xx
  kDataLoss,     // damaged bytes
  kInternal,
};

// The code in snake case, e.g. "not_found".
std::string_view ToString(ErrorCode code);

int HttpStatusFor(ErrorCode code);

// A failure as a value. The message names the thing and the remedy; it never contains a secret.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;

  // The same failure, "context: message".
  [[nodiscard]] Error Within(std::string_view context) const;

  friend bool operator==(const Error&, const Error&) = default;
};

Error Cancelled(std::string message);
Error InvalidArgument(std::string message);
Error DeadlineExceeded(std::string message);
Error NotFound(std::string message);
Error AlreadyExists(std::string message);
Error PermissionDenied(std::string message);
Error Unauthenticated(std::string message);
Error ResourceExhausted(std::string message);
Error FailedPrecondition(std::string message);
Error Aborted(std::string message);
Error OutOfRange(std::string message);
Error Unimplemented(std::string message);
Error Unavailable(std::string message);
Error DataLoss(std::string message);
Error Internal(std::string message);

// The code for an errno value, with "what: strerror" as message.
Error FromErrno(int error_number, std::string_view what);

}  // namespace narrows
