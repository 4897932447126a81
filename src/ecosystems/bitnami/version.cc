#include "ecosystems/bitnami/version.h"

#include "ecosystems/semver.h"

namespace narrows::ecosystems::bitnami {
namespace {

class BitnamiVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "Bitnami"; }
  Status Validate(std::string_view version) const override {
    return ValidateSemVer(version, "a Bitnami");
  }
  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    return CompareSemVerWithRevision(a, b);
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeBitnamiVersionOrder() {
  return std::make_unique<BitnamiVersionOrder>();
}

}  // namespace narrows::ecosystems::bitnami
