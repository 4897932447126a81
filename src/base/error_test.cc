#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "base/result.h"

namespace narrows {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return InvalidArgument("odd");
  return n / 2;
}

Result<int> Quarter(int n) {
  ASSIGN_OR_RETURN_WITHIN(const int half, Half(n), "first half");
  ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

TEST(Results, MacrosPassValuesAndErrorsWithContext) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(7).error(), InvalidArgument("first half: odd"));
  EXPECT_EQ(Quarter(6).error(), InvalidArgument("odd"));
}

TEST(Errors, ErrnoKeepsItsMeaning) {
  EXPECT_EQ(FromErrno(ENOENT, "x").code, ErrorCode::kNotFound);
  EXPECT_EQ(FromErrno(EACCES, "x").code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(HttpStatusFor(ErrorCode::kOutOfRange), 410);
  EXPECT_EQ(ToString(ErrorCode::kNotFound), "not_found");
}

}  // namespace
}  // namespace narrows
