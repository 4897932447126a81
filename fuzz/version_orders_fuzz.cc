// An ecosystem and three versions, one a line: every order must be total whatever the versions are.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/strings.h"
#include "ecosystems/catalogue/every_version_order.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto kOrders = narrows::ecosystems::catalogue::EveryVersionOrder();
  const auto lines = narrows::Split({reinterpret_cast<const char*>(data), size}, '\n');
  const auto* order = narrows::ecosystems::FindVersionOrder(kOrders, lines[0]);
  if (order == nullptr || lines.size() != 4) return 0;
  for (const std::string_view version : lines) (void)order->Validate(version);
  const auto ab = order->Compare(lines[1], lines[2]);
  const auto ba = order->Compare(lines[2], lines[1]);
  const auto bc = order->Compare(lines[2], lines[3]);
  const auto ac = order->Compare(lines[1], lines[3]);
  if (std::is_lt(ab) != std::is_gt(ba) || std::is_eq(ab) != std::is_eq(ba)) std::abort();
  if (std::is_lteq(ab) && std::is_lteq(bc) && std::is_gt(ac)) std::abort();
  if (std::is_eq(ab) && ac != bc) std::abort();
  return 0;
}
