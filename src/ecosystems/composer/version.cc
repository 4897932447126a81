#include "ecosystems/composer/version.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/strings.h"
#include "ecosystems/version_text.h"

namespace narrows::ecosystems::composer {
namespace {

constexpr size_t kNumbers = 4;
constexpr size_t kMostMajorDigits = 5;
constexpr std::string_view kBranchEnd = ".9999999";  // x of 1.x-dev

struct Stability {
  std::string_view written;
  std::string_view name;
};
// Where one begins with another, the longer comes first.
constexpr std::array<Stability, 9> kStabilities = {{{"stable", ""},
                                                    {"beta", "beta"},
                                                    {"b", "beta"},
                                                    {"rc", "rc"},
                                                    {"alpha", "alpha"},
                                                    {"a", "alpha"},
                                                    {"patch", "patch"},
                                                    {"pl", "patch"},
                                                    {"p", "patch"}}};

bool TakeAnyOf(std::string_view& rest, std::string_view characters) {
  if (rest.empty() || characters.find(rest.front()) == std::string_view::npos) return false;
  rest.remove_prefix(1);
  return true;
}

// The end of a version: [._-] stability numbers [.-]dev, all of it optional. Normalised, or nothing
// when it is something else.
std::optional<std::string> Modifier(std::string_view rest) {
  TakeAnyOf(rest, "._-");
  std::string modifier;
  bool stable = false;
  for (const Stability& stability : kStabilities) {
    if (!rest.starts_with(stability.written)) continue;
    rest.remove_prefix(stability.written.size());
    stable = stability.name.empty();
    const std::string_view numbers = rest;
    while (true) {
      std::string_view after = rest;
      TakeAnyOf(after, ".-");
      const size_t digits = DigitsFrom(after, 0);
      if (digits == 0) break;
      rest = after.substr(digits);
    }
    modifier = "-" + std::string(stability.name) + "." +
               std::string(numbers.substr(0, numbers.size() - rest.size()));
    break;
  }
  if (rest == "dev" || rest == ".dev" || rest == "-dev") {
    modifier += "-dev";
  } else if (!rest.empty()) {
    return std::nullopt;
  }
  return stable ? std::string() : modifier;
}

// "1.2.3", "1.2.3.4-beta2": up to four numbers, the missing ones 0.
std::optional<std::string> Classical(std::string_view rest) {
  const size_t major = DigitsFrom(rest, 0);
  if (major == 0 || major > kMostMajorDigits) return std::nullopt;
  std::string version(rest.substr(0, major));
  rest.remove_prefix(major);
  for (size_t i = 1; i < kNumbers; ++i) {
    const size_t digits = rest.starts_with('.') ? DigitsFrom(rest, 1) : 0;
    version += digits == 0 ? ".0" : std::string(rest.substr(0, digits + 1));
    if (digits > 0) rest.remove_prefix(digits + 1);
  }
  const std::optional<std::string> modifier = Modifier(rest);
  return modifier.has_value() ? std::optional(version + *modifier) : std::nullopt;
}

// How long the date at the beginning is: four digits, one to six times two digits, and up to three
// digits, with single separators between; 0 when there is none.
size_t DateLength(std::string_view text) {
  constexpr size_t kYear = 4;
  constexpr int kMostPairs = 6;
  constexpr size_t kMostTail = 3;
  const auto digits_behind_separator = [&](size_t at, size_t& first) {
    first = at < text.size() && std::string_view(".:-").find(text[at]) != std::string_view::npos
                ? at + 1
                : at;
    return DigitsFrom(text, first);
  };
  if (DigitsFrom(text, 0) < kYear) return 0;
  size_t at = kYear;
  for (int pairs = 0;; ++pairs) {
    size_t first = 0;
    const size_t digits = digits_behind_separator(at, first);
    if (pairs > 0 && digits == 0) return at;
    size_t after = 0;
    const bool last = digits <= kMostTail && digits_behind_separator(first + digits, after) == 0;
    if (pairs > 0 && last) return first + digits;
    if (digits < 2 || pairs == kMostPairs) return 0;
    at = first + 2;
  }
}

std::optional<std::string> DateBased(std::string_view rest) {
  const size_t length = DateLength(rest);
  if (length == 0) return std::nullopt;
  std::string version(rest.substr(0, length));
  std::replace_if(
      version.begin(), version.end(), [](char c) { return !IsDigit(c); }, '.');
  const std::optional<std::string> modifier = Modifier(rest.substr(length));
  return modifier.has_value() ? std::optional(version + *modifier) : std::nullopt;
}

// "1.2.x-dev": the branch comes after every release of it.
std::optional<std::string> NumberedBranch(std::string_view rest) {
  if (!rest.ends_with("dev")) return std::nullopt;
  rest.remove_suffix(3);
  if (rest.ends_with('.') || rest.ends_with('-')) rest.remove_suffix(1);
  const size_t major = DigitsFrom(rest, 0);
  if (major == 0) return std::nullopt;
  std::string version(rest.substr(0, major));
  rest.remove_prefix(major);
  for (size_t i = 1; i < kNumbers; ++i) {
    const bool any = rest.starts_with(".x") || rest.starts_with(".*");
    const size_t digits = rest.starts_with('.') ? DigitsFrom(rest, 1) : 0;
    version += digits > 0 ? rest.substr(0, digits + 1) : kBranchEnd;
    rest.remove_prefix(any ? 2 : digits == 0 ? 0 : digits + 1);
  }
  return rest.empty() ? std::optional(version + "-dev") : std::nullopt;
}

// The version that is compared; nothing for a branch and for what is no version.
std::optional<std::string> Normalized(std::string_view version) {
  std::string lower = ToLower(Trim(version));
  std::string_view rest = lower;
  const size_t plus = rest.find('+');
  if (plus != std::string_view::npos) {
    if (plus + 1 == rest.size() || rest.find_first_of(" \t\r\n\f\v") != std::string_view::npos)
      return std::nullopt;
    rest = rest.substr(0, plus);
  }
  if (rest.starts_with('v')) rest.remove_prefix(1);
  if (auto classical = Classical(rest); classical.has_value()) return classical;
  if (auto date = DateBased(rest); date.has_value()) return date;
  return NumberedBranch(rest);
}

// The next run of digits or of other characters, between separators.
std::string_view TakeToken(std::string_view& rest) {
  while (!rest.empty() && (rest.front() == '.' || rest.front() == '-')) rest.remove_prefix(1);
  size_t end = DigitsFrom(rest, 0);
  if (end == 0) {
    while (end < rest.size() && !IsDigit(rest[end]) && rest[end] != '.' && rest[end] != '-') ++end;
  }
  const std::string_view token = rest.substr(0, end);
  rest.remove_prefix(end);
  return token;
}

// PHP's "special forms" in order, with the end of the version and numbers among them.
int Place(std::string_view token) {
  constexpr int kEnd = 5;
  if (token.empty()) return kEnd;
  if (IsDigit(token.front())) return kEnd + 1;
  if (token == "dev") return 1;
  if (token == "alpha") return 2;
  if (token == "beta") return 3;
  if (token == "rc") return 4;
  return token == "patch" ? kEnd + 2 : 0;
}

std::weak_ordering CompareNormalized(std::string_view a, std::string_view b) {
  while (true) {
    const std::string_view left = TakeToken(a);
    const std::string_view right = TakeToken(b);
    if (Place(left) != Place(right)) return Place(left) <=> Place(right);
    if (left.empty()) return std::weak_ordering::equivalent;
    if (!IsDigit(left.front())) continue;
    if (const auto order = CompareNumbers(left, right); std::is_neq(order)) return order;
  }
}

class ComposerVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "Packagist"; }

  Status Validate(std::string_view version) const override {
    if (Normalized(version).has_value()) return Ok();
    if (ToLower(version).starts_with("dev-"))
      return NotAVersion(version, "a Packagist", "a branch has no place in the order");
    return NotAVersion(version, "a Packagist", "it is neither numbers nor a date with a stability");
  }

  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    const std::optional<std::string> left = Normalized(a);
    const std::optional<std::string> right = Normalized(b);
    if (left.has_value() != right.has_value()) return left.has_value() <=> right.has_value();
    return left.has_value() ? CompareNormalized(*left, *right) : CompareText(a, b);
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeComposerVersionOrder() {
  return std::make_unique<ComposerVersionOrder>();
}

}  // namespace narrows::ecosystems::composer
