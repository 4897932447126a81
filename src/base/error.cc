#include "base/error.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace narrows {
namespace {

struct CodeRow {
  ErrorCode code;
  std::string_view name;
  int http_status;
};

constexpr std::array kCodes = {
    CodeRow{ErrorCode::kCancelled, "cancelled", 499},
    CodeRow{ErrorCode::kInvalidArgument, "invalid_argument", 400},
    CodeRow{ErrorCode::kDeadlineExceeded, "deadline_exceeded", 504},
    CodeRow{ErrorCode::kNotFound, "not_found", 404},
    CodeRow{ErrorCode::kAlreadyExists, "already_exists", 409},
    CodeRow{ErrorCode::kPermissionDenied, "permission_denied", 403},
    CodeRow{ErrorCode::kUnauthenticated, "unauthenticated", 401},
    CodeRow{ErrorCode::kResourceExhausted, "resource_exhausted", 429},
    CodeRow{ErrorCode::kFailedPrecondition, "failed_precondition", 400},
    CodeRow{ErrorCode::kAborted, "aborted", 409},
    CodeRow{ErrorCode::kOutOfRange, "out_of_range", 410},
    CodeRow{ErrorCode::kUnimplemented, "unimplemented", 501},
    CodeRow{ErrorCode::kUnavailable, "unavailable", 503},
    CodeRow{ErrorCode::kDataLoss, "data_loss", 500},
    CodeRow{ErrorCode::kInternal, "internal", 500},
};

const CodeRow& RowOf(ErrorCode code) {
  for (const CodeRow& row : kCodes) {
    if (row.code == code) return row;
  }
  return kCodes.back();
}

}  // namespace

std::string_view ToString(ErrorCode code) { return RowOf(code).name; }

int HttpStatusFor(ErrorCode code) { return RowOf(code).http_status; }

Error Error::Within(std::string_view context) const {
  return Error{code, std::string(context) + ": " + message};
}

Error Cancelled(std::string message) { return {ErrorCode::kCancelled, std::move(message)}; }
Error InvalidArgument(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}
Error DeadlineExceeded(std::string message) {
  return {ErrorCode::kDeadlineExceeded, std::move(message)};
}
Error NotFound(std::string message) { return {ErrorCode::kNotFound, std::move(message)}; }
Error AlreadyExists(std::string message) { return {ErrorCode::kAlreadyExists, std::move(message)}; }
Error PermissionDenied(std::string message) {
  return {ErrorCode::kPermissionDenied, std::move(message)};
}
Error Unauthenticated(std::string message) {
  return {ErrorCode::kUnauthenticated, std::move(message)};
}
Error ResourceExhausted(std::string message) {
  return {ErrorCode::kResourceExhausted, std::move(message)};
}
Error FailedPrecondition(std::string message) {
  return {ErrorCode::kFailedPrecondition, std::move(message)};
}
Error Aborted(std::string message) { return {ErrorCode::kAborted, std::move(message)}; }
Error OutOfRange(std::string message) { return {ErrorCode::kOutOfRange, std::move(message)}; }
Error Unimplemented(std::string message) { return {ErrorCode::kUnimplemented, std::move(message)}; }
Error Unavailable(std::string message) { return {ErrorCode::kUnavailable, std::move(message)}; }
Error DataLoss(std::string message) { return {ErrorCode::kDataLoss, std::move(message)}; }
Error Internal(std::string message) { return {ErrorCode::kInternal, std::move(message)}; }

Error FromErrno(int error_number, std::string_view what) {
  ErrorCode code = ErrorCode::kInternal;
  switch (error_number) {
    case ENOENT:
      code = ErrorCode::kNotFound;
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      code = ErrorCode::kPermissionDenied;
      break;
    case EEXIST:
      code = ErrorCode::kAlreadyExists;
      break;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      code = ErrorCode::kResourceExhausted;
      break;
    case ENOTDIR:
    case EISDIR:
    case EINVAL:
    case ENAMETOOLONG:
      code = ErrorCode::kInvalidArgument;
      break;
    default:
      break;
  }
  return {code, std::string(what) + ": " +
                    std::error_code(error_number, std::generic_category()).message()};
}

}  // namespace narrows
