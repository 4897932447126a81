#include "ecosystems/version_orders.h"

#include <gtest/gtest.h>

namespace narrows::ecosystems {
namespace {

class TextOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "Text"; }
  Status Validate(std::string_view) const override { return Ok(); }
  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    return a.compare(b) <=> 0;
  }
};

TEST(VersionOrders, AreFoundWithAndWithoutARelease) {
  VersionOrders orders;
  orders.push_back(std::make_unique<TextOrder>());
  EXPECT_EQ(FindVersionOrder(orders, "Text"), orders[0].get());
  EXPECT_EQ(FindVersionOrder(orders, "Text:20.04:LTS"), orders[0].get());
  EXPECT_EQ(FindVersionOrder(orders, "Texts"), nullptr);
  EXPECT_EQ(FindVersionOrder(orders, ""), nullptr);
}

}  // namespace
}  // namespace narrows::ecosystems
