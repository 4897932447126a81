#pragma once

// What every VersionOrder must do, for the tests of its implementations.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <string_view>
#include <vector>

#include "ecosystems/version_order.h"
#include "ecosystems/version_text.h"

namespace narrows::ecosystems {

// `order` is '<', '=' or '>'.
struct OrderedPair {
  const char* a;
  char order;
  const char* b;
};

inline char OrderOf(const VersionOrder& order, std::string_view a, std::string_view b) {
  const auto result = order.Compare(a, b);
  return std::is_lt(result) ? '<' : std::is_gt(result) ? '>' : '=';
}

// Every pair holds both ways, and both versions are valid.
inline void ExpectPairs(const VersionOrder& order, const std::vector<OrderedPair>& pairs) {
  for (const OrderedPair& pair : pairs) {
    const char reversed = pair.order == '<' ? '>' : pair.order == '>' ? '<' : '=';
    EXPECT_EQ(OrderOf(order, pair.a, pair.b), pair.order) << pair.a << ' ' << pair.b;
    EXPECT_EQ(OrderOf(order, pair.b, pair.a), reversed) << pair.b << ' ' << pair.a;
    EXPECT_TRUE(order.Validate(pair.a).has_value()) << pair.a;
    EXPECT_TRUE(order.Validate(pair.b).has_value()) << pair.b;
  }
}

// Each version is less than all that follow it.
inline void ExpectAscending(const VersionOrder& order, const std::vector<const char*>& versions) {
  for (size_t i = 0; i < versions.size(); ++i) {
    for (size_t j = i + 1; j < versions.size(); ++j)
      ExpectPairs(order, {{versions[i], '<', versions[j]}});
  }
}

inline void ExpectValid(const VersionOrder& order, const std::vector<const char*>& versions) {
  for (const char* version : versions) EXPECT_TRUE(order.Validate(version).has_value()) << version;
}

// Each is refused by an error that says what it is not.
inline void ExpectRefused(const VersionOrder& order, std::string_view kind,
                          const std::vector<const char*>& versions) {
  for (const char* version : versions) {
    const Status status = order.Validate(version);
    ASSERT_FALSE(status.has_value()) << version;
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(status.error().message.find("is not " + std::string(kind)), std::string::npos)
        << status.error().message;
  }
}

// A total order over what can be put together from the pieces, valid or not. Few pieces make ties
// and prefixes frequent.
inline void ExpectTotalOrder(const VersionOrder& order, const std::vector<std::string>& pieces) {
  constexpr int kAtOnce = 10;
  const auto version = [&] {
    std::string text;
    for (const std::string& piece : *rc::gen::resize(
             7, rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces))))
      text += piece;
    return text;
  };
  EXPECT_TRUE(rc::check("antisymmetric and transitive", [&] {
    std::vector<std::string> versions(kAtOnce);
    for (std::string& one : versions) one = version();
    for (const std::string& a : versions) {
      RC_ASSERT(std::is_eq(order.Compare(a, a)));
      for (const std::string& b : versions) {
        const auto ab = order.Compare(a, b);
        const auto ba = order.Compare(b, a);
        RC_ASSERT((std::is_lt(ab) == std::is_gt(ba)));
        RC_ASSERT((std::is_eq(ab) == std::is_eq(ba)));
        if (std::is_eq(ab) && order.Validate(a) && order.Validate(b))
          RC_ASSERT(HaveSameNumbers(a, b));
        if (std::is_gt(ab)) continue;
        for (const std::string& c : versions) {
          const auto bc = order.Compare(b, c);
          if (std::is_lteq(bc)) RC_ASSERT(std::is_lteq(order.Compare(a, c)));
          if (std::is_eq(ab)) RC_ASSERT((order.Compare(a, c) == bc));
        }
      }
    }
  }));
}

}  // namespace narrows::ecosystems
