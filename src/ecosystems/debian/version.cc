#include "ecosystems/debian/version.h"

#include <limits>
#include <string>

#include "base/strings.h"
#include "ecosystems/version_text.h"

namespace narrows::ecosystems::debian {
namespace {

struct Parts {
  std::string_view epoch;  // digits; empty means 0
  std::string_view upstream;
  std::string_view revision;  // empty means 0
  bool has_revision = false;
};

// The epoch ends at the first colon, the revision begins after the last hyphen. What stands before
// the colon and is no number stays with the upstream version.
Parts SplitVersion(std::string_view version) {
  Parts parts;
  const size_t colon = version.find(':');
  if (colon != std::string_view::npos && IsNumber(version.substr(0, colon))) {
    parts.epoch = version.substr(0, colon);
    version.remove_prefix(colon + 1);
  }
  const size_t hyphen = version.rfind('-');
  parts.has_revision = hyphen != std::string_view::npos;
  parts.upstream = version.substr(0, hyphen);
  if (parts.has_revision) parts.revision = version.substr(hyphen + 1);
  return parts;
}

// Place of a character in the "modified ASCII" of the policy: tilde before the end of the part,
// then letters, then everything else. A digit counts as the end.
int Place(std::string_view text, size_t at) {
  if (at >= text.size() || IsDigit(text[at])) return 0;
  const char c = text[at];
  if (c == '~') return -1;
  const int code = static_cast<unsigned char>(c);
  return IsLetter(c) ? code : code + 256;
}

// Of upstream versions and of revisions: non-digits and digits by turns.
std::weak_ordering ComparePart(std::string_view a, std::string_view b) {
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() || j < b.size()) {
    while ((i < a.size() && !IsDigit(a[i])) || (j < b.size() && !IsDigit(b[j]))) {
      const int place_a = Place(a, i);
      const int place_b = Place(b, j);
      if (place_a != place_b) return place_a <=> place_b;
      ++i;
      ++j;
    }
    const size_t length_a = i < a.size() ? DigitsFrom(a, i) : 0;
    const size_t length_b = j < b.size() ? DigitsFrom(b, j) : 0;
    const std::string_view digits_a = length_a == 0 ? "" : a.substr(i, length_a);
    const std::string_view digits_b = length_b == 0 ? "" : b.substr(j, length_b);
    if (const auto order = CompareNumbers(digits_a, digits_b); std::is_neq(order)) return order;
    i += length_a;
    j += length_b;
  }
  return std::weak_ordering::equivalent;
}

Error Fault(std::string_view version, std::string_view fault) {
  return NotAVersion(version, "a Debian", fault);
}

Status CheckCharacters(std::string_view version, std::string_view part, std::string_view extra,
                       std::string_view name) {
  for (const char c : part) {
    if (!IsDigit(c) && !IsLetter(c) && extra.find(c) == std::string_view::npos)
      return Fault(version, "the " + std::string(name) + " has the character '" +
                                Printable(std::string_view(&c, 1)) + "'");
  }
  return Ok();
}

class DebianVersionOrder final : public VersionOrder {
 public:
  explicit DebianVersionOrder(std::string_view ecosystem) : ecosystem_(ecosystem) {}

  std::string_view Ecosystem() const override { return ecosystem_; }

  Status Validate(std::string_view version) const override {
    if (version.empty()) return Fault(version, "it is empty");
    const size_t colon = version.find(':');
    const Parts parts = SplitVersion(version);
    if (colon != std::string_view::npos) {
      if (parts.epoch.empty()) return Fault(version, "the epoch is not a number");
      // dpkg keeps the epoch in an int.
      if (const auto epoch = ParseInt(parts.epoch);
          !epoch.has_value() || *epoch > std::numeric_limits<int>::max())
        return Fault(version, "the epoch is too big");
    }
    if (parts.upstream.empty()) return Fault(version, "the upstream version is empty");
    if (parts.has_revision && parts.revision.empty())
      return Fault(version, "the revision is empty");
    if (!IsDigit(parts.upstream.front()))
      return Fault(version, "the upstream version does not begin with a digit");
    RETURN_IF_ERROR(CheckCharacters(version, parts.upstream, ".+-~:", "upstream version"));
    return CheckCharacters(version, parts.revision, ".+~", "revision");
  }

  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    const Parts left = SplitVersion(a);
    const Parts right = SplitVersion(b);
    if (const auto order = CompareNumbers(left.epoch, right.epoch); std::is_neq(order))
      return order;
    if (const auto order = ComparePart(left.upstream, right.upstream); std::is_neq(order))
      return order;
    return ComparePart(left.revision, right.revision);
  }

 private:
  std::string_view ecosystem_;
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeDebianVersionOrder() {
  return std::make_unique<DebianVersionOrder>("Debian");
}

std::unique_ptr<const VersionOrder> MakeUbuntuVersionOrder() {
  return std::make_unique<DebianVersionOrder>("Ubuntu");
}

}  // namespace narrows::ecosystems::debian
