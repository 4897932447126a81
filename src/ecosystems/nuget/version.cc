#include "ecosystems/nuget/version.h"

#include <algorithm>
#include <string>

#include "base/strings.h"
#include "ecosystems/semver.h"
#include "ecosystems/version_text.h"

namespace narrows::ecosystems::nuget {
namespace {

constexpr int kMostNumbers = 4;

bool IsSeries(std::string_view series) {
  for (bool more = true; more;) {
    more = series.find('.') != std::string_view::npos;
    const std::string_view part = TakePiece(series, '.');
    const bool well_formed = std::all_of(
        part.begin(), part.end(), [](char c) { return IsDigit(c) || IsLetter(c) || c == '-'; });
    if (part.empty() || !well_formed) return false;
  }
  return true;
}

class NuGetVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "NuGet"; }

  Status Validate(std::string_view version) const override {
    const auto fault = [&](std::string_view what) { return NotAVersion(version, "a NuGet", what); };
    std::string_view rest = version;
    const size_t plus = rest.find('+');
    if (plus != std::string_view::npos && !IsSeries(rest.substr(plus + 1)))
      return fault("the metadata is malformed");
    rest = rest.substr(0, plus);
    const size_t hyphen = rest.find('-');
    if (hyphen != std::string_view::npos && !IsSeries(rest.substr(hyphen + 1)))
      return fault("the pre-release is malformed");
    rest = rest.substr(0, hyphen);
    int numbers = 0;
    for (bool more = true; more; ++numbers) {
      more = rest.find('.') != std::string_view::npos;
      if (!IsNumber(TakePiece(rest, '.'))) return fault("a number is missing");
    }
    if (numbers > kMostNumbers) return fault("it has more than four numbers");
    return Ok();
  }

  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    return CompareSemVer(ToLower(a), ToLower(b));
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeNuGetVersionOrder() {
  return std::make_unique<NuGetVersionOrder>();
}

}  // namespace narrows::ecosystems::nuget
