#include "ecosystems/rpm/version.h"

#include <array>
#include <limits>
#include <string>

#include "base/strings.h"
#include "ecosystems/version_text.h"

namespace narrows::ecosystems::rpm {
namespace {

constexpr std::array<std::string_view, 12> kEcosystems = {
    "AlmaLinux", "Amazon Linux", "Azure Linux", "Fedora", "Mageia",    "Oracle Linux",
    "Photon OS", "Red Hat",      "Rocky Linux", "SUSE",   "openEuler", "openSUSE",
};

struct Parts {
  std::string_view epoch;  // digits; empty means 0
  std::string_view version;
  std::string_view release;
  bool has_epoch = false;
  bool has_release = false;
};

// The epoch is what digits stand before the first colon; the release begins after the last hyphen.
Parts SplitVersion(std::string_view text) {
  Parts parts;
  const size_t digits = DigitsFrom(text, 0);
  if (digits < text.size() && text[digits] == ':') {
    parts.has_epoch = true;
    parts.epoch = text.substr(0, digits);
    text.remove_prefix(digits + 1);
  }
  const size_t hyphen = text.rfind('-');
  parts.version = text.substr(0, hyphen);
  parts.has_release = hyphen != std::string_view::npos;
  if (parts.has_release) parts.release = text.substr(hyphen + 1);
  return parts;
}

// What a version is made of, in ascending order: "1~a" < "1" < "1^a" < "1a" < "1.1".
enum class Kind { kTilde, kEnd, kCaret, kLetters, kNumber };

struct Piece {
  Kind kind = Kind::kEnd;
  std::string_view text;  // the letters or digits
};

std::string_view TakeWhile(std::string_view& rest, bool (*wanted)(char)) {
  size_t size = 0;
  while (size < rest.size() && wanted(rest[size])) ++size;
  const std::string_view taken = rest.substr(0, size);
  rest.remove_prefix(size);
  return taken;
}

// Separators tell pieces apart and count for nothing else.
Piece NextPiece(std::string_view& rest) {
  TakeWhile(rest, [](char c) { return !IsDigit(c) && !IsLetter(c) && c != '~' && c != '^'; });
  if (rest.empty()) return {};
  const char first = rest.front();
  if (first == '~' || first == '^') {
    rest.remove_prefix(1);
    return {first == '~' ? Kind::kTilde : Kind::kCaret, {}};
  }
  if (IsLetter(first)) return {Kind::kLetters, TakeWhile(rest, IsLetter)};
  return {Kind::kNumber, TakeWhile(rest, IsDigit)};
}

std::weak_ordering ComparePart(std::string_view a, std::string_view b) {
  while (true) {
    const Piece left = NextPiece(a);
    const Piece right = NextPiece(b);
    if (left.kind != right.kind) return left.kind <=> right.kind;
    if (left.kind == Kind::kEnd) return std::weak_ordering::equivalent;
    const auto order = left.kind == Kind::kNumber ? CompareNumbers(left.text, right.text)
                                                  : CompareText(left.text, right.text);
    if (std::is_neq(order)) return order;
  }
}

Error Fault(std::string_view version, std::string_view fault) {
  return NotAVersion(version, "an rpm", fault);
}

// The characters rpmbuild lets pass: its macros' signs stand in versions where a macro was not
// defined.
Status CheckPart(std::string_view version, std::string_view part, std::string_view name) {
  if (part.empty()) return Fault(version, "the " + std::string(name) + " is empty");
  constexpr std::string_view kOthers = "._+%{}~^";
  for (const char c : part) {
    if (!IsDigit(c) && !IsLetter(c) && kOthers.find(c) == std::string_view::npos)
      return Fault(version, "the " + std::string(name) + " has the character '" +
                                Printable(std::string_view(&c, 1)) + "'");
  }
  if (part.find("..") != std::string_view::npos)
    return Fault(version, "the " + std::string(name) + " has two full stops in a row");
  return Ok();
}

class RpmVersionOrder final : public VersionOrder {
 public:
  explicit RpmVersionOrder(std::string_view ecosystem) : ecosystem_(ecosystem) {}

  std::string_view Ecosystem() const override { return ecosystem_; }

  Status Validate(std::string_view version) const override {
    const Parts parts = SplitVersion(version);
    if (parts.has_epoch) {
      const auto epoch = ParseInt(parts.epoch);
      if (parts.epoch.empty()) return Fault(version, "the epoch is empty");
      if (!epoch.has_value() || *epoch > std::numeric_limits<uint32_t>::max())
        return Fault(version, "the epoch is too big");
    }
    RETURN_IF_ERROR(CheckPart(version, parts.version, "version"));
    return parts.has_release ? CheckPart(version, parts.release, "release") : Ok();
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

 private:
  std::string_view ecosystem_;
};

}  // namespace

std::vector<std::unique_ptr<const VersionOrder>> MakeRpmVersionOrders() {
  std::vector<std::unique_ptr<const VersionOrder>> orders;
  for (const std::string_view ecosystem : kEcosystems)
    orders.push_back(std::make_unique<RpmVersionOrder>(ecosystem));
  return orders;
}

std::string_view WithoutEpoch(std::string_view version) {
  const Parts parts = SplitVersion(version);
  return parts.has_epoch ? version.substr(parts.epoch.size() + 1) : version;
}

}  // namespace narrows::ecosystems::rpm
