#include "ecosystems/hackage/version.h"

#include "ecosystems/version_text.h"

namespace narrows::ecosystems::hackage {
namespace {

class HackageVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "Hackage"; }

  Status Validate(std::string_view version) const override {
    return ValidateNumberSeries(version, "a Haskell", ".", 1);
  }

  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    return CompareNumberSeries(a, b, ".");
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeHackageVersionOrder() {
  return std::make_unique<HackageVersionOrder>();
}

}  // namespace narrows::ecosystems::hackage
