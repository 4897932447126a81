#include "ecosystems/pub/version.h"

#include "ecosystems/semver.h"

namespace narrows::ecosystems::pub {
namespace {

class PubVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "Pub"; }
  Status Validate(std::string_view version) const override {
    return ValidateSemVer(version, "a Pub");
  }
  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    const auto order = CompareSemVer(a, b);
    return std::is_eq(order) ? CompareBuildMetadata(a, b) : order;
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakePubVersionOrder() {
  return std::make_unique<PubVersionOrder>();
}

}  // namespace narrows::ecosystems::pub
