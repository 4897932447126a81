#include "ecosystems/hex/version.h"

#include "ecosystems/semver.h"

namespace narrows::ecosystems::hex {
namespace {

class HexVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "Hex"; }
  Status Validate(std::string_view version) const override {
    return ValidateSemVer(version, "a Hex");
  }
  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    return CompareSemVer(a, b);
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeHexVersionOrder() {
  return std::make_unique<HexVersionOrder>();
}

}  // namespace narrows::ecosystems::hex
