#include "ecosystems/swift/version.h"

#include "ecosystems/semver.h"

namespace narrows::ecosystems::swift {
namespace {

class SwiftVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "SwiftURL"; }
  Status Validate(std::string_view version) const override {
    return ValidateSemVer(version, "a Swift package");
  }
  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    return CompareSemVer(a, b);
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeSwiftVersionOrder() {
  return std::make_unique<SwiftVersionOrder>();
}

}  // namespace narrows::ecosystems::swift
