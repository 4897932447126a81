#include "ecosystems/version_orders.h"

namespace narrows::ecosystems {

std::string_view EcosystemFamily(std::string_view ecosystem) {
  return ecosystem.substr(0, ecosystem.find(':'));
}

const VersionOrder* FindVersionOrder(const VersionOrders& orders, std::string_view ecosystem) {
  const std::string_view family = EcosystemFamily(ecosystem);
  for (const auto& order : orders) {
    if (order->Ecosystem() == family) return order.get();
  }
  return nullptr;
}

}  // namespace narrows::ecosystems
