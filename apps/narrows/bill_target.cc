#include "bill_target.h"

#include <array>
#include <iostream>

#include "base/file.h"
#include "base/strings.h"
#include "inventory/sbom/bill_of_materials.h"

namespace narrows::app {
namespace {

using inventory::sbom::kMostBillBytes;

Result<std::string> ReadStandardInput() {
  std::string text;
  std::array<char, size_t{64} << 10> piece;
  while (std::cin.read(piece.data(), piece.size()) || std::cin.gcount() > 0) {
    text.append(piece.data(), static_cast<size_t>(std::cin.gcount()));
    if (text.size() > kMostBillBytes)
      return ResourceExhausted("it has more than " + std::to_string(kMostBillBytes) + " bytes");
  }
  return text;
}

}  // namespace

Result<model::ImageAnalysis> ReadBill(const TargetFlags& flags,
                                      std::vector<std::string>& warnings) {
  const bool piped = flags.target == "-";
  const std::string what = piped ? "standard input" : Printable(flags.target);
  const Result<std::string> text =
      piped ? ReadStandardInput() : ReadFile(flags.target, kMostBillBytes);
  if (!text.has_value()) return piped ? text.error().Within(what) : text.error();
  ASSIGN_OR_RETURN_WITHIN(auto bill, inventory::sbom::ReadBillOfMaterials(*text), what);
  if (bill.attested)
    warnings.emplace_back("the document is an attestation whose signature was not verified");
  return std::move(bill.analysis);
}

}  // namespace narrows::app
