#include "ecosystems/alpine/version.h"

#include <array>
#include <optional>
#include <string>

#include "base/strings.h"
#include "ecosystems/version_text.h"

namespace narrows::ecosystems::alpine {
namespace {

// What can stand at one place of a version. Where two versions part, the one with the later kind in
// this list is the greater: 1.0 < 1.0-r0 < 1.0_p1 < 1.0a < 1.0.1, and 1.0_rc1 < 1.0.
enum class TokenKind {
  kPreSuffix,  // _alpha _beta _pre _rc
  kInvalid,    // the rest, from the first fault on
  kEnd,
  kRevision,
  kHash,
  kSuffixNumber,
  kPostSuffix,  // _cvs _svn _git _hg _p
  kLetter,
  kNumber,  // after a dot
  kFirstNumber,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;
  int suffix = 0;  // place in kSuffixes
};

constexpr std::array<std::string_view, 9> kSuffixes = {"alpha", "beta", "pre", "rc", "cvs",
                                                       "svn",   "git",  "hg",  "p"};
constexpr int kFirstPostSuffix = 4;

class Tokens {
 public:
  explicit Tokens(std::string_view version) : rest_(version) {}

  Token Next() {
    if (rest_.empty()) return Take(TokenKind::kEnd, 0);
    if (!last_.has_value()) return Digits(TokenKind::kFirstNumber, 0);
    const char c = rest_.front();
    const bool in_numbers = *last_ == TokenKind::kFirstNumber || *last_ == TokenKind::kNumber;
    const bool in_suffix = *last_ == TokenKind::kPreSuffix || *last_ == TokenKind::kPostSuffix;
    if (in_numbers && c == '.') return Digits(TokenKind::kNumber, 1);
    if (in_numbers && IsLower(c)) return Take(TokenKind::kLetter, 1);
    if (in_suffix && IsDigit(c)) return Digits(TokenKind::kSuffixNumber, 0);
    if (*last_ == TokenKind::kRevision) return Invalid();
    if (c == '-') return rest_.starts_with("-r") ? Digits(TokenKind::kRevision, 2) : Invalid();
    if (*last_ == TokenKind::kHash) return Invalid();
    if (c == '_') return Suffix();
    if (c == '~') return Hash();
    return Invalid();
  }

 private:
  Token Take(TokenKind kind, size_t length, size_t skip = 0) {
    last_ = kind;
    const Token token{kind, rest_.substr(skip, length - skip)};
    rest_.remove_prefix(length);
    return token;
  }

  Token Invalid() { return Take(TokenKind::kInvalid, rest_.size()); }

  Token Digits(TokenKind kind, size_t skip) {
    const size_t end = skip + DigitsFrom(rest_, skip);
    return end == skip ? Invalid() : Take(kind, end, skip);
  }

  Token Suffix() {
    size_t end = 1;
    while (end < rest_.size() && IsLower(rest_[end])) ++end;
    const std::string_view word = rest_.substr(1, end - 1);
    for (size_t i = 0; i < kSuffixes.size(); ++i) {
      if (kSuffixes[i] != word) continue;
      const int place = static_cast<int>(i);
      Token token =
          Take(place < kFirstPostSuffix ? TokenKind::kPreSuffix : TokenKind::kPostSuffix, end, 1);
      token.suffix = place;
      return token;
    }
    return Invalid();
  }

  Token Hash() {
    size_t end = 1;
    while (end < rest_.size() && (IsDigit(rest_[end]) || (rest_[end] >= 'a' && rest_[end] <= 'f')))
      ++end;
    return end == 1 ? Invalid() : Take(TokenKind::kHash, end, 1);
  }

  std::string_view rest_;
  std::optional<TokenKind> last_;
};

std::weak_ordering CompareSame(const Token& a, const Token& b) {
  switch (a.kind) {
    case TokenKind::kNumber:
      // A leading zero makes it a fraction: 1.05 < 1.1, and 1.0 < 1.00.
      if (a.text.front() == '0' || b.text.front() == '0') return CompareText(a.text, b.text);
      return CompareNumbers(a.text, b.text);
    case TokenKind::kFirstNumber:
    case TokenKind::kSuffixNumber:
    case TokenKind::kRevision:
      return CompareNumbers(a.text, b.text);
    case TokenKind::kPreSuffix:
    case TokenKind::kPostSuffix:
      return a.suffix <=> b.suffix;
    case TokenKind::kLetter:
    case TokenKind::kHash:
    case TokenKind::kInvalid:
      return CompareText(a.text, b.text);
    case TokenKind::kEnd:
      break;
  }
  return std::weak_ordering::equivalent;
}

class AlpineVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "Alpine"; }

  Status Validate(std::string_view version) const override {
    const auto fault = [&](const std::string& what) {
      return NotAVersion(version, "an Alpine", what);
    };
    if (version.empty()) return fault("it is empty");
    Tokens tokens(version);
    while (true) {
      const Token token = tokens.Next();
      if (token.kind == TokenKind::kEnd) return Ok();
      if (token.kind == TokenKind::kInvalid)
        return fault("\"" + Printable(token.text) + "\" cannot stand there");
    }
  }

  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    Tokens left(a);
    Tokens right(b);
    while (true) {
      const Token x = left.Next();
      const Token y = right.Next();
      if (x.kind != y.kind) return x.kind <=> y.kind;
      if (const auto order = CompareSame(x, y); std::is_neq(order)) return order;
      if (x.kind == TokenKind::kEnd || x.kind == TokenKind::kInvalid)
        return std::weak_ordering::equivalent;
    }
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeAlpineVersionOrder() {
  return std::make_unique<AlpineVersionOrder>();
}

}  // namespace narrows::ecosystems::alpine
