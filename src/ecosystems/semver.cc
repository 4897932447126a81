#include "ecosystems/semver.h"

#include <algorithm>
#include <string>

#include "ecosystems/version_text.h"

namespace narrows::ecosystems {
namespace {

constexpr int kCoreNumbers = 3;

struct Parts {
  std::string_view core;  // "1.2.3"
  std::string_view pre_release;
  std::string_view build;
  bool has_pre_release = false;
  bool has_build = false;
};

Parts SplitVersion(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  Parts parts;
  const size_t plus = version.find('+');
  parts.has_build = plus != std::string_view::npos;
  if (parts.has_build) parts.build = version.substr(plus + 1);
  version = version.substr(0, plus);
  const size_t hyphen = version.find('-');
  parts.has_pre_release = hyphen != std::string_view::npos;
  if (parts.has_pre_release) parts.pre_release = version.substr(hyphen + 1);
  parts.core = version.substr(0, hyphen);
  return parts;
}

// §11.4.1 to §11.4.3: numbers by value and before all others.
std::weak_ordering CompareIdentifiers(std::string_view a, std::string_view b) {
  const bool a_is_number = IsNumber(a);
  const bool b_is_number = IsNumber(b);
  if (a_is_number && b_is_number) return CompareNumbers(a, b);
  if (a_is_number != b_is_number)
    return a_is_number ? std::weak_ordering::less : std::weak_ordering::greater;
  return CompareText(a, b);
}

// Dot-separated identifiers; §11.4.4: the longer is the later. Both have at least one, which may be
// empty.
std::weak_ordering CompareSeries(std::string_view a, std::string_view b) {
  while (true) {
    const bool a_ends = a.find('.') == std::string_view::npos;
    const bool b_ends = b.find('.') == std::string_view::npos;
    const auto order = CompareIdentifiers(TakePiece(a, '.'), TakePiece(b, '.'));
    if (std::is_neq(order)) return order;
    if (a_ends || b_ends) return b_ends <=> a_ends;
  }
}

// Missing numbers are 0, so that 1.2 is 1.2.0.
std::weak_ordering CompareCores(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const std::string_view left = a.empty() ? "0" : TakePiece(a, '.');
    const std::string_view right = b.empty() ? "0" : TakePiece(b, '.');
    if (const auto order = CompareIdentifiers(left, right); std::is_neq(order)) return order;
  }
  return std::weak_ordering::equivalent;
}

constexpr bool IsIdentifierCharacter(char c) { return IsDigit(c) || IsLetter(c) || c == '-'; }

// The fault of dot-separated identifiers, or nothing.
std::string_view FaultOfSeries(std::string_view series, bool zeros_may_lead) {
  for (bool more = true; more;) {
    more = series.find('.') != std::string_view::npos;
    const std::string_view identifier = TakePiece(series, '.');
    if (identifier.empty()) return "an identifier is empty";
    if (!std::all_of(identifier.begin(), identifier.end(), IsIdentifierCharacter))
      return "an identifier has a character other than letters, digits and hyphens";
    if (!zeros_may_lead && identifier.size() > 1 && identifier.front() == '0' &&
        IsNumber(identifier))
      return "a number of the pre-release has leading zeros";
  }
  return {};
}

std::string_view FaultOfCore(std::string_view core, int least_numbers) {
  int numbers = 0;
  for (bool more = true; more; ++numbers) {
    more = core.find('.') != std::string_view::npos;
    const std::string_view number = TakePiece(core, '.');
    if (!IsNumber(number)) return "major, minor and patch must be numbers";
    if (number.size() > 1 && number.front() == '0') return "a number has leading zeros";
  }
  if (numbers < least_numbers || numbers > kCoreNumbers)
    return "it has not three numbers: major, minor and patch";
  return {};
}

}  // namespace

std::weak_ordering CompareSemVer(std::string_view a, std::string_view b) {
  const Parts left = SplitVersion(a);
  const Parts right = SplitVersion(b);
  if (const auto order = CompareCores(left.core, right.core); std::is_neq(order)) return order;
  // §11.3: a pre-release comes before the release.
  if (left.has_pre_release != right.has_pre_release)
    return right.has_pre_release <=> left.has_pre_release;
  if (!left.has_pre_release) return std::weak_ordering::equivalent;
  return CompareSeries(left.pre_release, right.pre_release);
}

std::weak_ordering CompareSemVerWithRevision(std::string_view a, std::string_view b) {
  const Parts left = SplitVersion(a);
  const Parts right = SplitVersion(b);
  if (const auto order = CompareCores(left.core, right.core); std::is_neq(order)) return order;
  if (left.has_pre_release != right.has_pre_release)
    return left.has_pre_release <=> right.has_pre_release;
  if (!left.has_pre_release) return std::weak_ordering::equivalent;
  return CompareSeries(left.pre_release, right.pre_release);
}

std::weak_ordering CompareBuildMetadata(std::string_view a, std::string_view b) {
  const Parts left = SplitVersion(a);
  const Parts right = SplitVersion(b);
  if (left.has_build != right.has_build) return left.has_build <=> right.has_build;
  return left.has_build ? CompareSeries(left.build, right.build) : std::weak_ordering::equivalent;
}

Status ValidateSemVer(std::string_view version, std::string_view kind, int least_numbers) {
  const Parts parts = SplitVersion(version);
  std::string_view fault = FaultOfCore(parts.core, least_numbers);
  const bool whole = std::count(parts.core.begin(), parts.core.end(), '.') + 1 == kCoreNumbers;
  if (fault.empty() && !whole && (parts.has_pre_release || parts.has_build))
    fault = "only a version of three numbers has a pre-release or build metadata";
  if (fault.empty() && parts.has_pre_release) fault = FaultOfSeries(parts.pre_release, false);
  if (fault.empty() && parts.has_build) fault = FaultOfSeries(parts.build, true);
  if (!fault.empty()) return NotAVersion(version, kind, fault);
  return Ok();
}

namespace {

class SemVerOrder final : public VersionOrder {
 public:
  SemVerOrder(std::string_view ecosystem, std::string_view kind)
      : ecosystem_(ecosystem), kind_(kind) {}

  std::string_view Ecosystem() const override { return ecosystem_; }
  Status Validate(std::string_view version) const override {
    return ValidateSemVer(version, kind_);
  }
  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    return CompareSemVer(a, b);
  }

 private:
  const std::string_view ecosystem_;
  const std::string_view kind_;
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeSemVerOrder(std::string_view ecosystem,
                                                    std::string_view kind) {
  return std::make_unique<SemVerOrder>(ecosystem, kind);
}

}  // namespace narrows::ecosystems
