#include "ecosystems/catalogue/every_version_order.h"

#include <gtest/gtest.h>

#include <set>

namespace narrows::ecosystems::catalogue {
namespace {

TEST(EveryVersionOrder, IsTheOnlyOneOfItsEcosystem) {
  std::set<std::string_view> names;
  for (const auto& order : EveryVersionOrder())
    EXPECT_TRUE(names.insert(order->Ecosystem()).second) << order->Ecosystem();
  for (const char* name : {"Debian", "Alpine", "npm", "PyPI", "Go", "Maven", "crates.io",
                           "RubyGems", "Packagist", "NuGet", "Hex", "Pub"})
    EXPECT_EQ(names.count(name), 1U) << name;
}

TEST(EveryVersionOrder, RefusesTheEmptyVersionByItsOwnName) {
  for (const auto& order : EveryVersionOrder()) {
    const Status status = order->Validate("");
    ASSERT_FALSE(status.has_value()) << order->Ecosystem();
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace narrows::ecosystems::catalogue
