#include "ecosystems/runtimes/byte_pattern.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/strings.h"

namespace narrows::ecosystems::runtimes {
namespace {

constexpr size_t kMostOfAClass = 64;
constexpr size_t kMostSteps = 2'000'000;  // of a search, but for the literal
constexpr size_t kStepsOfALook = 50'000;  // what looking through all the bytes counts for

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsWordByte(char c) {
  return IsDigit(c) || IsLetter(c) || c == '.' || c == '+' || c == '~' || c == '_' || c == '-';
}

// How many of the bytes at the front are "12.3.4"; a dot at the end is none of them.
size_t NumbersAtFront(std::string_view text) {
  size_t end = 0;
  while (end < text.size() &&
         (IsDigit(text[end]) || (text[end] == '.' && end > 0 && IsDigit(text[end - 1]))))
    ++end;
  if (end > 0 && text[end - 1] == '.') --end;
  return end;
}

size_t Find(std::string_view bytes, std::string_view literal, size_t from) {
  if (from > bytes.size()) return std::string_view::npos;
  const void* found =
      memmem(bytes.data() + from, bytes.size() - from, literal.data(), literal.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
}

}  // namespace

// One search: what is looked at, and where the version was seen to begin and end.
struct BytePattern::Attempt {
  std::string_view bytes;
  std::string_view name = "";
  std::optional<size_t> anchor_at;  // where the anchor must stand
  size_t begin = 0;
  size_t end = 0;
  size_t steps = 0;
};

std::optional<BytePattern::Kind> BytePattern::PlaceholderKind(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, Kind>, 11> kKinds = {
      {{"name", Kind::kName},
       {"numbers", Kind::kNumbers},
       {"numbers3", Kind::kNumbers3},
       {"numbers!", Kind::kAloneNumbers},
       {"version", Kind::kVersion},
       {"release", Kind::kRelease},
       {"digits", Kind::kDigits},
       {"epoch", Kind::kEpoch},
       {"hex", Kind::kHex},
       {"word", Kind::kWord},
       {"nuls", Kind::kNuls}}};
  for (const auto& [text, kind] : kKinds)
    if (text == word) return kind;
  return std::nullopt;
}

Result<BytePattern> BytePattern::Parse(std::string_view text) {
  const std::string whole(text);
  BytePattern pattern;
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) pattern.elements_.push_back({Kind::kLiteral, std::exchange(literal, {})});
  };
  bool versioned = false;
  while (!text.empty()) {
    if (text.front() == '{') {
      const size_t close = text.find('}');
      const auto kind = close == std::string_view::npos
                            ? std::nullopt
                            : PlaceholderKind(text.substr(1, close - 1));
      if (!kind) return InvalidArgument("the pattern '" + whole + "' has an unknown placeholder");
      end_literal();
      pattern.elements_.push_back({*kind, ""});
      versioned = versioned || IsVersionPart(*kind);
      text.remove_prefix(close + 1);
    } else if (text.starts_with("\\0") || text.starts_with("\\n")) {
      literal += text[1] == '0' ? '\0' : '\n';
      text.remove_prefix(2);
    } else {
      literal += text.front();
      text.remove_prefix(1);
    }
  }
  end_literal();
  if (!versioned) return InvalidArgument("the pattern '" + whole + "' has no version");
  for (size_t i = 0; i < pattern.elements_.size(); ++i) {
    const auto weight = [&](const Element& element) {
      return element.kind == Kind::kName ? size_t{3} : element.literal.size();
    };
    if (weight(pattern.elements_[i]) > weight(pattern.elements_[pattern.anchor_]))
      pattern.anchor_ = i;
  }
  return pattern;
}

bool BytePattern::IsVersionPart(Kind kind) {
  return kind == Kind::kName || kind == Kind::kNumbers || kind == Kind::kNumbers3 ||
         kind == Kind::kAloneNumbers || kind == Kind::kVersion || kind == Kind::kRelease;
}

std::string_view BytePattern::LiteralOf(const Element& element, std::string_view name) const {
  return element.kind == Kind::kName ? name : std::string_view(element.literal);
}

// How many bytes at the front of the rest may be of the kind.
size_t BytePattern::MostOf(Kind kind, std::string_view rest) {
  rest = rest.substr(0, kMostOfAClass);
  const auto count = [&](auto of_class) {
    return static_cast<size_t>(std::find_if_not(rest.begin(), rest.end(), of_class) - rest.begin());
  };
  switch (kind) {
    case Kind::kDigits:
    case Kind::kEpoch:
      return count(IsDigit);
    case Kind::kHex:
      return count([](char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); });
    case Kind::kNuls:
      return count([](char c) { return c == '\0'; });
    case Kind::kNumbers:
    case Kind::kNumbers3:
    case Kind::kAloneNumbers:
      return NumbersAtFront(rest);
    default:
      return count(IsWordByte);
  }
}

// Whether that many bytes are of the kind as a whole.
bool BytePattern::Fits(Kind kind, std::string_view text) {
  constexpr size_t kLeastEpochDigits = 10;
  const auto dots = [&] { return std::count(text.begin(), text.end(), '.'); };
  switch (kind) {
    case Kind::kNumbers:
    case Kind::kAloneNumbers:
      return NumbersAtFront(text) == text.size() && dots() >= 1;
    case Kind::kNumbers3:
      return NumbersAtFront(text) == text.size() && dots() >= 2;
    case Kind::kVersion:
      return IsDigit(text.front()) && IsWordByte(text.back()) &&
             (IsDigit(text.back()) || IsLetter(text.back()));
    case Kind::kRelease:
      return text.size() >= 2 && text.front() == '.' && IsDigit(text[1]) &&
             std::all_of(text.begin() + 1, text.end(),
                         [](char c) { return IsDigit(c) || IsLetter(c) || c == '+'; });
    case Kind::kEpoch:
      return text.size() >= kLeastEpochDigits;
    default:
      return true;
  }
}

bool BytePattern::MatchClass(size_t element, size_t at, Attempt& attempt) const {
  const Kind kind = elements_[element].kind;
  const std::string_view rest = attempt.bytes.substr(at);
  for (size_t size = MostOf(kind, rest); size > 0; --size) {
    if (++attempt.steps > kMostSteps) return false;
    if (!Fits(kind, rest.substr(0, size))) continue;
    if (kind == Kind::kAloneNumbers) {
      attempt.steps += kStepsOfALook;
      const std::string alone = '\0' + std::string(rest.substr(0, size)) + '\0';
      if (runtimes::Find(attempt.bytes, alone, 0) == std::string_view::npos) continue;
    }
    const bool begins = element == 0 || !IsVersionPart(elements_[element - 1].kind);
    if (IsVersionPart(kind) && begins) attempt.begin = at;
    if (IsVersionPart(kind)) attempt.end = at + size;
    if (Match(element + 1, at + size, attempt)) return true;
  }
  return false;
}

// From the element on, with the bytes from `at` on.
bool BytePattern::Match(size_t element, size_t at, Attempt& attempt) const {
  if (element == elements_.size()) return true;
  if (at > attempt.bytes.size() || ++attempt.steps > kMostSteps) return false;
  if (element == anchor_ && attempt.anchor_at && at != *attempt.anchor_at) return false;
  const Kind kind = elements_[element].kind;
  if (kind != Kind::kLiteral && kind != Kind::kName) return MatchClass(element, at, attempt);
  const std::string_view literal = LiteralOf(elements_[element], attempt.name);
  if (!attempt.bytes.substr(at).starts_with(literal)) return false;
  if (kind == Kind::kName) {
    attempt.begin = at;
    attempt.end = at + literal.size();
  }
  return Match(element + 1, at + literal.size(), attempt);
}

std::optional<std::string> BytePattern::Find(std::string_view bytes, std::string_view name) const {
  Attempt attempt{.bytes = bytes, .name = name};
  size_t least = 0;  // how far before the anchor it begins
  size_t most = 0;
  for (size_t i = 0; i < anchor_; ++i) {
    const std::string_view literal = LiteralOf(elements_[i], name);
    const bool fixed = elements_[i].kind == Kind::kLiteral || elements_[i].kind == Kind::kName;
    least += fixed ? literal.size() : 1;
    most += fixed ? literal.size() : kMostOfAClass;
  }
  const std::string_view anchor = LiteralOf(elements_[anchor_], name);
  const bool named = std::any_of(elements_.begin(), elements_.end(),
                                 [](const Element& e) { return e.kind == Kind::kName; });
  if (anchor.empty() || (named && name.empty())) return std::nullopt;
  std::optional<std::string> version;
  for (size_t hit = runtimes::Find(bytes, anchor, 0); hit != std::string_view::npos;
       hit = runtimes::Find(bytes, anchor, hit + 1)) {
    attempt.anchor_at = hit;
    if (hit < least) continue;
    for (size_t at = hit - std::min(hit, most); at <= hit - least; ++at) {
      if (!Match(0, at, attempt)) continue;
      std::string found(bytes.substr(attempt.begin, attempt.end - attempt.begin));
      if (version && *version != found) return std::nullopt;
      version = std::move(found);
      break;
    }
    if (attempt.steps > kMostSteps) return std::nullopt;
  }
  return version;
}

std::optional<std::string> BytePattern::FindInLines(std::string_view text) const {
  for (const std::string_view line : Split(text, '\n')) {
    Attempt attempt{.bytes = line};
    if (Match(0, 0, attempt))
      return std::string(line.substr(attempt.begin, attempt.end - attempt.begin));
  }
  return std::nullopt;
}

}  // namespace narrows::ecosystems::runtimes
