#include <compare>
#include <iostream>
#include <string>
#include <vector>

#include "base/strings.h"
#include "commands.h"
#include "ecosystems/catalogue/every_version_order.h"
#include "ecosystems/version_orders.h"
#include "parts.h"

namespace narrows::app {
namespace {

char CompareOne(const ecosystems::VersionOrder& order, std::string_view a, std::string_view b) {
  if (!order.Validate(a).has_value() || !order.Validate(b).has_value()) return '!';
  const std::weak_ordering result = order.Compare(a, b);
  return std::is_lt(result) ? '<' : std::is_gt(result) ? '>' : '=';
}

}  // namespace

int RunVercmp(const std::string& ecosystem) {
  const ecosystems::VersionOrders orders = ecosystems::catalogue::EveryVersionOrder();
  const ecosystems::VersionOrder* order = ecosystems::FindVersionOrder(orders, ecosystem);
  if (!order) {
    std::vector<std::string> known;
    for (const auto& candidate : orders) known.emplace_back(candidate->Ecosystem());
    return Fail(InvalidArgument("no version order for ecosystem \"" + Printable(ecosystem) +
                                "\"; there is one for " + Join(known, ", ")));
  }
  std::string line;
  for (size_t number = 1; std::getline(std::cin, line); ++number) {
    const size_t tab = line.find('\t');
    if (tab == std::string::npos) {
      return Fail(InvalidArgument("line " + std::to_string(number) +
                                  " of the input has no tab between two versions"));
    }
    const std::string_view pair = line;
    std::cout << CompareOne(*order, pair.substr(0, tab), pair.substr(tab + 1)) << '\n';
  }
  std::cout.flush();
  return kDone;
}

}  // namespace narrows::app
