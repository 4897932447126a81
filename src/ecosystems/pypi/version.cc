#include "ecosystems/pypi/version.h"

#include <array>
#include <optional>
#include <string>

#include "base/strings.h"
#include "ecosystems/version_text.h"

namespace narrows::ecosystems::pypi {
namespace {

// Views into a text in lower case. Numbers that were not written are empty, which is 0.
struct Parts {
  std::string_view epoch;
  std::string_view release;  // "1.2.3"
  int pre = kNoPre;          // place of the pre-release's phase: a, b, rc
  std::string_view pre_number;
  bool is_post = false;
  std::string_view post_number;
  bool is_dev = false;
  std::string_view dev_number;
  bool has_local = false;
  std::string_view local;  // "ubuntu.1", with any of ".-_" between

  static constexpr int kNoPre = 3;
};

// A word and what it stands for; where one begins with another, the longer comes first.
struct Word {
  std::string_view text;
  int phase;
};
constexpr std::array<Word, 8> kPreWords = {{{"alpha", 0},
                                            {"a", 0},
                                            {"beta", 1},
                                            {"b", 1},
                                            {"preview", 2},
                                            {"pre", 2},
                                            {"rc", 2},
                                            {"c", 2}}};
constexpr std::array<Word, 3> kPostWords = {{{"post", 0}, {"rev", 0}, {"r", 0}}};
constexpr std::array<Word, 1> kDevWords = {{{"dev", 0}}};

constexpr bool IsSeparator(char c) { return c == '.' || c == '-' || c == '_'; }

std::string_view TakeDigits(std::string_view& rest) {
  const std::string_view digits = rest.substr(0, DigitsFrom(rest, 0));
  rest.remove_prefix(digits.size());
  return digits;
}

// Takes [separator] word [separator] [number] off `rest` when it begins so. The phase, and the
// number.
template <size_t kCount>
std::optional<int> TakeSegment(const std::array<Word, kCount>& words, std::string_view& rest,
                               std::string_view& number) {
  std::string_view after = rest;
  if (!after.empty() && IsSeparator(after.front())) after.remove_prefix(1);
  for (const Word& word : words) {
    if (!after.starts_with(word.text)) continue;
    after.remove_prefix(word.text.size());
    if (!after.empty() && IsSeparator(after.front())) after.remove_prefix(1);
    number = TakeDigits(after);
    rest = after;
    return word.phase;
  }
  return std::nullopt;
}

bool TakeRelease(std::string_view& rest, Parts& parts) {
  const std::string_view start = rest;
  std::string_view first = TakeDigits(rest);
  if (first.empty()) return false;
  if (rest.starts_with('!')) {
    parts.epoch = first;
    rest.remove_prefix(1);
    first = TakeDigits(rest);
    if (first.empty()) return false;
  }
  const size_t begin = start.size() - rest.size() - first.size();
  while (rest.size() > 1 && rest.front() == '.' && IsDigit(rest[1])) {
    rest.remove_prefix(1);
    TakeDigits(rest);
  }
  parts.release = start.substr(begin, start.size() - rest.size() - begin);
  return true;
}

void TakePost(std::string_view& rest, Parts& parts) {
  // "1.0-1" is a post-release without the word.
  if (rest.size() > 1 && rest.front() == '-' && IsDigit(rest[1])) {
    rest.remove_prefix(1);
    parts.post_number = TakeDigits(rest);
    parts.is_post = true;
    return;
  }
  parts.is_post = TakeSegment(kPostWords, rest, parts.post_number).has_value();
}

// Takes what is left, which must be "+" and words of letters and digits.
bool TakeLocal(std::string_view rest, Parts& parts) {
  if (rest.empty()) return true;
  if (rest.front() != '+') return false;
  parts.has_local = true;
  parts.local = rest.substr(1);
  bool in_word = false;
  for (const char c : parts.local) {
    if (!IsDigit(c) && !IsLower(c) && !(in_word && IsSeparator(c))) return false;
    in_word = !IsSeparator(c);
  }
  return in_word;
}

// The parts of a version in lower case without white space around; nothing when it is none.
std::optional<Parts> SplitVersion(std::string_view rest) {
  Parts parts;
  if (rest.starts_with('v')) rest.remove_prefix(1);
  if (!TakeRelease(rest, parts)) return std::nullopt;
  parts.pre = TakeSegment(kPreWords, rest, parts.pre_number).value_or(Parts::kNoPre);
  TakePost(rest, parts);
  parts.is_dev = TakeSegment(kDevWords, rest, parts.dev_number).has_value();
  if (!TakeLocal(rest, parts)) return std::nullopt;
  return parts;
}

// "Zero padding": 1.0 is 1.0.0.
std::weak_ordering CompareReleases(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const auto order = CompareNumbers(TakePiece(a, '.'), TakePiece(b, '.'));
    if (std::is_neq(order)) return order;
  }
  return std::weak_ordering::equivalent;
}

std::string_view TakeLocalWord(std::string_view& rest) {
  const size_t end = rest.find_first_of(".-_");
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return word;
}

// Word by word: numbers by value and after all others; the longer is the later.
std::weak_ordering CompareLocals(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view left = TakeLocalWord(a);
    const std::string_view right = TakeLocalWord(b);
    const bool left_is_number = IsNumber(left);
    if (left_is_number != IsNumber(right))
      return left_is_number ? std::weak_ordering::greater : std::weak_ordering::less;
    const auto order = left_is_number ? CompareNumbers(left, right) : CompareText(left, right);
    if (std::is_neq(order)) return order;
  }
  return !a.empty() <=> !b.empty();
}

// Where the pre-release stands: a development release of a release without one comes before all
// its pre-releases.
int PrePlace(const Parts& parts) {
  const bool before_all = parts.pre == Parts::kNoPre && !parts.is_post && parts.is_dev;
  return before_all ? -1 : parts.pre;
}

std::weak_ordering CompareParts(const Parts& a, const Parts& b) {
  if (const auto order = CompareNumbers(a.epoch, b.epoch); std::is_neq(order)) return order;
  if (const auto order = CompareReleases(a.release, b.release); std::is_neq(order)) return order;
  if (PrePlace(a) != PrePlace(b)) return PrePlace(a) <=> PrePlace(b);
  if (const auto order = CompareNumbers(a.pre_number, b.pre_number); std::is_neq(order))
    return order;
  if (a.is_post != b.is_post) return a.is_post <=> b.is_post;
  if (const auto order = CompareNumbers(a.post_number, b.post_number); std::is_neq(order))
    return order;
  if (a.is_dev != b.is_dev) return b.is_dev <=> a.is_dev;
  if (const auto order = CompareNumbers(a.dev_number, b.dev_number); std::is_neq(order))
    return order;
  if (a.has_local != b.has_local) return a.has_local <=> b.has_local;
  return CompareLocals(a.local, b.local);
}

class PythonVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "PyPI"; }

  Status Validate(std::string_view version) const override {
    if (SplitVersion(ToLower(Trim(version))).has_value()) return Ok();
    return NotAVersion(version, "a Python", "it has not the form of PEP 440, 1!2.3rc4.post5.dev6");
  }

  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    const std::string left_text = ToLower(Trim(a));
    const std::string right_text = ToLower(Trim(b));
    const std::optional<Parts> left = SplitVersion(left_text);
    const std::optional<Parts> right = SplitVersion(right_text);
    if (left.has_value() != right.has_value()) return left.has_value() <=> right.has_value();
    return left.has_value() ? CompareParts(*left, *right) : CompareText(left_text, right_text);
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakePythonVersionOrder() {
  return std::make_unique<PythonVersionOrder>();
}

}  // namespace narrows::ecosystems::pypi
