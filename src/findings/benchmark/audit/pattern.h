#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

namespace narrows::findings::benchmark::audit {

// Text of a script in which each byte is known to be quoted or not.
struct MarkedText {
  std::string text;
  std::string marks;  // 'q' or ' ' for each byte

  void Append(std::string_view bytes, bool quoted) {
    text += bytes;
    marks.append(bytes.size(), quoted ? 'q' : ' ');
  }
  bool HasPattern() const;  // an unquoted *, ? or [
};

// A shell pattern (XCU 2.13): *, ?, [...] with ranges, classes and !, and \ before a literal.
class Pattern {
 public:
  explicit Pattern(const MarkedText& text);
  explicit Pattern(std::string_view unquoted) : Pattern(Unquoted(unquoted)) {}

  bool Matches(std::string_view text) const;

 private:
  struct Token {
    bool star = false;
    std::bitset<256> bytes;
  };
  static MarkedText Unquoted(std::string_view text);
  size_t ReadSet(const MarkedText& text, size_t at, std::bitset<256>& bytes) const;

  std::vector<Token> tokens_;
};

// The bytes of "alpha", "digit" and the like in the C locale; none for an unknown name.
std::bitset<256> BytesOfClass(std::string_view name);

}  // namespace narrows::findings::benchmark::audit
