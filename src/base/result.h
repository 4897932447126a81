#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace narrows {

// A value or an Error. Discarding one is a compile error; `*r` and `r->` need `r.has_value()`
// first.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  // Both are implicit so that `return value;` and `return NotFound("…");` work.
  Result(Error error)  // NOLINT(google-explicit-constructor)
      : tl::expected<T, Error>(tl::unexpect, std::move(error)) {}
};

// Success carries nothing.
using Status = Result<void>;
inline Status Ok() { return Status(); }

}  // namespace narrows

#define NARROWS_CONCAT_INNER(a, b) a##b
#define NARROWS_CONCAT(a, b) NARROWS_CONCAT_INNER(a, b)

// Evaluates a Result; on failure returns its Error from the enclosing function, else assigns the
// value.
#define ASSIGN_OR_RETURN(lhs, expression) \
  ASSIGN_OR_RETURN_INNER(NARROWS_CONCAT(narrows_result_, __LINE__), lhs, expression)
#define ASSIGN_OR_RETURN_INNER(result, lhs, expression)      \
  auto result = (expression);                                \
  if (!result.has_value()) return std::move(result).error(); \
  lhs = *std::move(result)

// The same with context: the Error becomes "context: message".
#define ASSIGN_OR_RETURN_WITHIN(lhs, expression, context) \
  ASSIGN_OR_RETURN_WITHIN_INNER(NARROWS_CONCAT(narrows_result_, __LINE__), lhs, expression, context)
#define ASSIGN_OR_RETURN_WITHIN_INNER(result, lhs, expression, context) \
  auto result = (expression);                                           \
  if (!result.has_value()) return result.error().Within(context);       \
  lhs = *std::move(result)

#define RETURN_IF_ERROR(expression)                                      \
  do {                                                                   \
    if (auto narrows_status = (expression); !narrows_status.has_value()) \
      return std::move(narrows_status).error();                          \
  } while (false)
