// A bill of materials in any notation, with what may be around it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "inventory/sbom/bill_of_materials.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bill = narrows::inventory::sbom::ReadBillOfMaterials(
      std::string_view(reinterpret_cast<const char*>(data), size));
  if (!bill.has_value()) return 0;
  for (const auto& package : bill->analysis.packages) {
    if (package.name.empty() || package.version.empty() || package.ecosystem.empty()) std::abort();
  }
  return 0;
}
