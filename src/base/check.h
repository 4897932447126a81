#pragma once

namespace narrows::internal {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}  // namespace narrows::internal

// Aborts when a condition that only a bug can break does not hold. Bad input is never a bug.
#define NARROWS_CHECK(condition) \
  (static_cast<bool>(condition)  \
       ? static_cast<void>(0)    \
       : ::narrows::internal::CheckFailed(#condition, __FILE__, __LINE__))
