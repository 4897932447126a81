#include "base/joined_spans.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace narrows {
namespace {

using testing::ElementsAre;

TEST(JoinedSpans, GoesThroughAllPartsInOrderAndBorrowsThem) {
  const std::vector<std::string> none;
  std::vector<std::string> some = {"a", "b"};
  const std::vector<std::string> more = {"c"};
  JoinedSpans<std::string> joined;
  EXPECT_TRUE(joined.empty());
  joined.Add(none);
  EXPECT_TRUE(joined.empty());
  joined.Add(some);
  joined.Add(none);
  joined.Add(more);
  EXPECT_THAT(joined, ElementsAre("a", "b", "c"));
  EXPECT_EQ(&*joined.begin(), &some[0]);
  EXPECT_EQ(std::find(joined.begin(), joined.end(), "c")->size(), 1u);
}

TEST(JoinedSpans, OneArrayIsAJoinOfOne) {
  const std::vector<int> numbers = {1, 2};
  const JoinedSpans<int> joined = numbers;
  EXPECT_THAT(joined, ElementsAre(1, 2));
}

}  // namespace
}  // namespace narrows
