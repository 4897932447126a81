#include "ecosystems/npm/version.h"

#include "ecosystems/semver.h"

namespace narrows::ecosystems::npm {
namespace {

class NpmVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "npm"; }
  Status Validate(std::string_view version) const override {
    return ValidateSemVer(version, "an npm");
  }
  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    return CompareSemVer(a, b);
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeNpmVersionOrder() {
  return std::make_unique<NpmVersionOrder>();
}

}  // namespace narrows::ecosystems::npm
