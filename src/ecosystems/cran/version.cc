#include "ecosystems/cran/version.h"

#include "ecosystems/version_text.h"

namespace narrows::ecosystems::cran {
namespace {

class CranVersionOrder final : public VersionOrder {
 public:
  explicit CranVersionOrder(std::string_view ecosystem) : ecosystem_(ecosystem) {}

  std::string_view Ecosystem() const override { return ecosystem_; }

  Status Validate(std::string_view version) const override {
    return ValidateNumberSeries(version, "a CRAN", ".-", 2);
  }

  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    return CompareNumberSeries(a, b, ".-");
  }

 private:
  const std::string_view ecosystem_;
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeCranVersionOrder() {
  return std::make_unique<CranVersionOrder>("CRAN");
}

std::unique_ptr<const VersionOrder> MakeBioconductorVersionOrder() {
  return std::make_unique<CranVersionOrder>("Bioconductor");
}

}  // namespace narrows::ecosystems::cran
