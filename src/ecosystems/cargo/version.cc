#include "ecosystems/cargo/version.h"

#include "ecosystems/semver.h"

namespace narrows::ecosystems::cargo {
namespace {

class CargoVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "crates.io"; }
  Status Validate(std::string_view version) const override {
    return ValidateSemVer(version, "a Cargo");
  }
  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    return CompareSemVer(a, b);
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeCargoVersionOrder() {
  return std::make_unique<CargoVersionOrder>();
}

}  // namespace narrows::ecosystems::cargo
