// Three rpm versions, one a line: the order must be total whatever they are.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/strings.h"
#include "ecosystems/rpm/version.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto kOrders = narrows::ecosystems::rpm::MakeRpmVersionOrders();
  const auto& order = kOrders.front();
  const auto lines = narrows::Split({reinterpret_cast<const char*>(data), size}, '\n');
  for (const std::string_view version : lines) (void)order->Validate(version);
  if (lines.size() != 3) return 0;
  const auto ab = order->Compare(lines[0], lines[1]);
  const auto ba = order->Compare(lines[1], lines[0]);
  const auto bc = order->Compare(lines[1], lines[2]);
  const auto ac = order->Compare(lines[0], lines[2]);
  if (std::is_lt(ab) != std::is_gt(ba) || std::is_eq(ab) != std::is_eq(ba)) std::abort();
  if (std::is_lteq(ab) && std::is_lteq(bc) && std::is_gt(ac)) std::abort();
  if (std::is_eq(ab) && ac != bc) std::abort();
  return 0;
}
