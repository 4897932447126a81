#include "ecosystems/arch/version.h"

#include <algorithm>
#include <string>

#include "ecosystems/version_text.h"

namespace narrows::ecosystems::arch {
namespace {

struct Parts {
  std::string_view epoch;  // digits; empty is 0
  std::string_view version;
  std::string_view release;
  bool has_release = false;
};

Parts SplitVersion(std::string_view version) {
  Parts parts;
  const size_t digits = DigitsFrom(version, 0);
  if (digits < version.size() && version[digits] == ':') {
    parts.epoch = version.substr(0, digits);
    version.remove_prefix(digits + 1);
  }
  const size_t hyphen = version.rfind('-');
  parts.has_release = hyphen != std::string_view::npos;
  if (parts.has_release) parts.release = version.substr(hyphen + 1);
  parts.version = version.substr(0, hyphen);
  return parts;
}

// The next run of digits or of letters, and how many other characters stand before it.
struct Segment {
  size_t separators = 0;
  std::string_view text;  // empty at the end
};

Segment TakeSegment(std::string_view& rest) {
  Segment segment;
  const auto is_word = [](char c) { return IsDigit(c) || IsLetter(c); };
  while (segment.separators < rest.size() && !is_word(rest[segment.separators]))
    ++segment.separators;
  rest.remove_prefix(segment.separators);
  size_t end = DigitsFrom(rest, 0);
  if (end == 0) {
    while (end < rest.size() && IsLetter(rest[end])) ++end;
  }
  segment.text = rest.substr(0, end);
  rest.remove_prefix(end);
  return segment;
}

// Where two versions part: letters come before the end (1.0rc < 1.0), the end before the rest
// (1.0 < 1.0.1), few separators before many, letters before numbers. Separators at the end
// count as one with something between letters and numbers behind it.
struct Place {
  size_t separators = 0;
  int kind = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

Place PlaceOf(const Segment& segment) {
  if (segment.text.empty()) return {std::min<size_t>(segment.separators, 1), 1};
  return {segment.separators, IsLetter(segment.text.front()) ? 0 : 2};
}

std::weak_ordering ComparePart(std::string_view a, std::string_view b) {
  while (true) {
    const Segment left = TakeSegment(a);
    const Segment right = TakeSegment(b);
    if (const auto order = PlaceOf(left) <=> PlaceOf(right); std::is_neq(order)) return order;
    if (left.text.empty()) return std::weak_ordering::equivalent;
    const auto order = IsDigit(left.text.front()) ? CompareNumbers(left.text, right.text)
                                                  : CompareText(left.text, right.text);
    if (std::is_neq(order)) return order;
  }
}

class ArchVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "Arch Linux"; }

  Status Validate(std::string_view version) const override {
    const Parts parts = SplitVersion(version);
    const auto fault = [&](std::string_view what) {
      return NotAVersion(version, "an Arch Linux", what);
    };
    if (parts.version.empty()) return fault("the version is empty");
    if (!parts.has_release || parts.release.empty()) return fault("it has no release \"-1\"");
    // PKGBUILD(5): a pkgver has no colon, slash, hyphen or white space; a pkgrel is a number or
    // two.
    const bool printable = std::all_of(parts.version.begin(), parts.version.end(), [](char c) {
      return c > ' ' && c < 0x7f && c != ':' && c != '/' && c != '-';
    });
    if (!printable) return fault("the version has a colon, a slash, a hyphen or white space");
    return ValidateNumberSeries(parts.release, "the release of an Arch Linux", ".", 1);
  }

  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    const Parts left = SplitVersion(a);
    const Parts right = SplitVersion(b);
    if (const auto order = CompareNumbers(left.epoch, right.epoch); std::is_neq(order))
      return order;
    if (const auto order = ComparePart(left.version, right.version); std::is_neq(order))
      return order;
    if (left.has_release != right.has_release) return left.has_release <=> right.has_release;
    return ComparePart(left.release, right.release);
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeArchVersionOrder() {
  return std::make_unique<ArchVersionOrder>();
}

}  // namespace narrows::ecosystems::arch
