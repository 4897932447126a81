#include "registry/auth_challenge.h"

#include "base/strings.h"

namespace narrows::registry {
namespace {

constexpr size_t kMostBytes = 16u << 10;

class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool Done() const { return rest_.empty(); }
  void SkipSpaceAndCommas() { SkipAll(" \t,"); }
  void SkipSpace() { SkipAll(" \t"); }

  bool Take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Up to what cannot be in a token; also takes token68 characters but '='.
  std::string_view TakeToken() {
    const size_t end = rest_.find_first_of(" \t,=\"");
    const std::string_view token = rest_.substr(0, end);
    rest_.remove_prefix(token.size());
    return token;
  }

  // Behind the opening quote; false when the closing one is missing.
  bool TakeQuoted(std::string& into) {
    while (!rest_.empty()) {
      char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c == '\\' && !rest_.empty()) {
        c = rest_[0];
        rest_.remove_prefix(1);
      }
      into += c;
    }
    return false;
  }

 private:
  void SkipAll(std::string_view any_of) {
    const size_t first = rest_.find_first_not_of(any_of);
    rest_.remove_prefix(first == std::string_view::npos ? rest_.size() : first);
  }

  std::string_view rest_;
};

}  // namespace

std::string AuthChallenge::Parameter(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

std::vector<AuthChallenge> ParseAuthChallenges(std::string_view value) {
  std::vector<AuthChallenge> challenges;
  Cursor cursor(value.substr(0, kMostBytes));
  cursor.SkipSpaceAndCommas();
  while (!cursor.Done()) {
    const std::string name = ToLower(cursor.TakeToken());
    if (name.empty()) break;
    cursor.SkipSpace();
    // A token before '=' is a parameter of the scheme before it, any other a scheme.
    if (!cursor.Take('=')) {
      challenges.push_back({.scheme = name});
    } else if (challenges.empty()) {
      break;
    } else {
      cursor.SkipSpace();
      std::string text;
      if (cursor.Take('"')) {
        if (!cursor.TakeQuoted(text)) break;
      } else {
        text = std::string(cursor.TakeToken());
      }
      challenges.back().parameters.emplace(name, std::move(text));
    }
    cursor.SkipSpaceAndCommas();
  }
  return challenges;
}

}  // namespace narrows::registry
