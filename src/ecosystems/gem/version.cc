#include "ecosystems/gem/version.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "ecosystems/version_text.h"

namespace narrows::ecosystems::gem {
namespace {

constexpr std::string_view kPreRelease = "pre";

// Runs of digits and runs of letters, without what stands between; a hyphen stands for "pre". The
// zeros before the first letters and those at the end are left out, since they do not count.
std::vector<std::string_view> Segments(std::string_view version) {
  std::vector<std::string_view> segments;
  bool has_letters = false;
  const auto drop_zeros = [&] {
    while (!segments.empty() && IsNumber(segments.back()) &&
           std::is_eq(CompareNumbers(segments.back(), std::string_view())))
      segments.pop_back();
  };
  const auto add_letters = [&](std::string_view letters) {
    if (!has_letters) drop_zeros();
    has_letters = true;
    segments.push_back(letters);
  };
  for (size_t i = 0; i < version.size();) {
    size_t end = i;
    if (IsDigit(version[i])) {
      end += DigitsFrom(version, i);
      segments.push_back(version.substr(i, end - i));
    } else if (IsLetter(version[i])) {
      while (end < version.size() && IsLetter(version[end])) ++end;
      add_letters(version.substr(i, end - i));
    } else {
      if (version[i] == '-') add_letters(kPreRelease);
      ++end;
    }
    i = end;
  }
  drop_zeros();
  return segments;
}

// Parts of digits and letters between dots; hyphens too where `hyphens` may stand.
bool IsSeries(std::string_view series, bool hyphens) {
  for (bool more = true; more;) {
    more = series.find('.') != std::string_view::npos;
    const std::string_view part = TakePiece(series, '.');
    const bool well_formed = std::all_of(part.begin(), part.end(), [&](char c) {
      return IsDigit(c) || IsLetter(c) || (hyphens && c == '-');
    });
    if (part.empty() || !well_formed) return false;
  }
  return true;
}

class RubyGemsVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "RubyGems"; }

  Status Validate(std::string_view version) const override {
    std::string_view rest = Trim(version);
    const size_t hyphen = rest.find('-');
    if (hyphen != std::string_view::npos && !IsSeries(rest.substr(hyphen + 1), true))
      return NotAVersion(version, "a RubyGems", "a part of the pre-release is malformed");
    rest = rest.substr(0, hyphen);
    if (!IsNumber(rest.substr(0, rest.find('.'))))
      return NotAVersion(version, "a RubyGems", "it does not begin with a number");
    if (!IsSeries(rest, false))
      return NotAVersion(version, "a RubyGems",
                         "a part is empty or has other characters than letters and digits");
    return Ok();
  }

  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    const std::vector<std::string_view> left = Segments(a);
    const std::vector<std::string_view> right = Segments(b);
    for (size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
      const std::string_view x = i < left.size() ? left[i] : "0";
      const std::string_view y = i < right.size() ? right[i] : "0";
      const bool x_is_number = IsNumber(x);
      if (x_is_number != IsNumber(y))
        return x_is_number ? std::weak_ordering::greater : std::weak_ordering::less;
      const auto order = x_is_number ? CompareNumbers(x, y) : CompareText(x, y);
      if (std::is_neq(order)) return order;
    }
    return std::weak_ordering::equivalent;
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeRubyGemsVersionOrder() {
  return std::make_unique<RubyGemsVersionOrder>();
}

}  // namespace narrows::ecosystems::gem
