#include "base/toml.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/strings.h"

namespace narrows {
namespace {

constexpr int kMostDepth = 64;
constexpr std::string_view kMultiBasic = R"(""")";
constexpr std::string_view kMultiLiteral = "'''";
constexpr std::string_view kScalarEnd = " \t\r\n,]}#";

bool IsBareKeyCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

void AppendUtf8(uint32_t code, std::string& text) {
  const auto add = [&](uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3f));
  } else {
    add(0xf0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3f));
    add(0x80 | (code >> 6 & 0x3f));
  }
  add(0x80 | (code & 0x3f));
}

class TomlReader {
 public:
  TomlReader(std::string_view text, TomlVisitor& visitor)
      : text_(text), rest_(text), visitor_(visitor) {}

  Status Read() {
    while (true) {
      SkipBlanks(true);
      if (rest_.empty()) return Ok();
      RETURN_IF_ERROR(rest_.front() == '[' ? ReadHeader() : ReadPair());
      SkipBlanks(false);
      if (!rest_.empty() && rest_.front() != '\n' && rest_.front() != '\r')
        return Fault("something behind a value or a header");
    }
  }

 private:
  Error Fault(const std::string& what) const {
    const std::string_view before = text_.substr(0, text_.size() - rest_.size());
    return InvalidArgument("malformed TOML in line " +
                           std::to_string(std::count(before.begin(), before.end(), '\n') + 1) +
                           ": " + what);
  }

  bool Take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  // White space and comments; with line ends or up to one.
  void SkipBlanks(bool lines) {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '#') {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (c == ' ' || c == '\t' || (lines && (c == '\n' || c == '\r'))) {
        rest_.remove_prefix(1);
      } else {
        return;
      }
    }
  }

  Status ReadHeader() {
    const bool element = Take("[[");
    if (!element) Take("[");
    key_.clear();
    RETURN_IF_ERROR(ReadKey());
    if (!Take(element ? "]]" : "]")) return Fault("a header that does not end");
    visitor_.OnTable(key_, element);
    return Ok();
  }

  // Appends a dotted key.
  Status ReadKey() {
    while (true) {
      SkipBlanks(false);
      if (rest_.starts_with('"') || rest_.starts_with('\'')) {
        RETURN_IF_ERROR(ReadString());
        key_ += string_;
      } else {
        size_t end = 0;
        while (end < rest_.size() && IsBareKeyCharacter(rest_[end])) ++end;
        if (end == 0) return Fault("a key is missing");
        key_ += rest_.substr(0, end);
        rest_.remove_prefix(end);
      }
      SkipBlanks(false);
      if (!Take(".")) return Ok();
      key_ += '.';
    }
  }

  Status ReadPair() {
    key_.clear();
    return ReadPair(0);
  }

  // Appends to the key and leaves it so.
  Status ReadPair(int depth) {
    RETURN_IF_ERROR(ReadKey());
    if (!Take("=")) return Fault("no \"=\" behind the key '" + Printable(key_, 80) + "'");
    SkipBlanks(false);
    return ReadValue(depth);
  }

  Status ReadValue(int depth) {  // NOLINT(misc-no-recursion): bounded
    if (depth > kMostDepth)
      return ResourceExhausted("TOML nested deeper than " + std::to_string(kMostDepth));
    if (Take("[")) return ReadArray(depth);
    if (Take("{")) return ReadInlineTable(depth);
    if (rest_.starts_with('"') || rest_.starts_with('\'')) {
      RETURN_IF_ERROR(ReadString());
      visitor_.OnValue(key_, string_, true);
      return Ok();
    }
    const std::string_view scalar =
        rest_.substr(0, std::min(rest_.find_first_of(kScalarEnd), rest_.size()));
    if (scalar.empty()) return Fault("a value is missing");
    rest_.remove_prefix(scalar.size());
    visitor_.OnValue(key_, scalar, false);
    return Ok();
  }

  Status ReadArray(int depth) {  // NOLINT(misc-no-recursion): bounded
    while (true) {
      SkipBlanks(true);
      if (Take("]")) return Ok();
      RETURN_IF_ERROR(ReadValue(depth + 1));
      SkipBlanks(true);
      if (Take("]")) return Ok();
      if (!Take(",")) return Fault("an array that does not end");
    }
  }

  // Line ends are allowed, as TOML 1.1 will have it.
  Status ReadInlineTable(int depth) {  // NOLINT(misc-no-recursion): bounded
    const size_t outer = key_.size();
    while (true) {
      SkipBlanks(true);
      if (Take("}")) return Ok();
      key_ += '.';
      RETURN_IF_ERROR(ReadPair(depth + 1));
      key_.resize(outer);
      SkipBlanks(true);
      if (Take("}")) return Ok();
      if (!Take(",")) return Fault("an inline table that does not end");
    }
  }

  // Into string_.
  Status ReadString() {
    string_.clear();
    if (Take(kMultiLiteral)) return ReadMultiLine(kMultiLiteral, false);
    if (Take(kMultiBasic)) return ReadMultiLine(kMultiBasic, true);
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '\n') {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == quote) return Ok();
      if (c == '\\' && quote == '"') {
        RETURN_IF_ERROR(ReadEscape());
      } else {
        string_ += c;
      }
    }
    return Fault("a string that does not end");
  }

  Status ReadMultiLine(std::string_view quotes, bool escapes) {
    if (!Take("\r\n")) Take("\n");
    while (!rest_.empty()) {
      if (Take(quotes)) {
        // Up to two more belong to the string.
        for (int i = 0; i < 2 && Take(quotes.substr(0, 1)); ++i) string_ += quotes.front();
        return Ok();
      }
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '\\' || !escapes) {
        string_ += c;
      } else if (const size_t line = rest_.find_first_not_of(" \t\r");
                 line != std::string_view::npos && rest_[line] == '\n') {
        SkipWhite();
      } else {
        RETURN_IF_ERROR(ReadEscape());
      }
    }
    return Fault("a string that does not end");
  }

  void SkipWhite() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  Status ReadEscape() {
    if (rest_.empty()) return Fault("a string that does not end");
    constexpr std::string_view kEscapes = "btnfre\"\\";
    constexpr std::string_view kMeanings = "\b\t\n\f\r\x1b\"\\";
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (const size_t place = kEscapes.find(c); place != std::string_view::npos) {
      string_ += kMeanings[place];
      return Ok();
    }
    const size_t digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits == 0 || rest_.size() < digits) return Fault("an unknown escape sequence");
    uint32_t code = 0;
    for (const char digit : rest_.substr(0, digits)) {
      const auto value =
          std::string_view("0123456789abcdef")
              .find(static_cast<char>(digit >= 'A' && digit <= 'F' ? digit - 'A' + 'a' : digit));
      if (value == std::string_view::npos) return Fault("an escape sequence that is no number");
      code = code << 4 | static_cast<uint32_t>(value);
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
      return Fault("an escape sequence that is no character");
    rest_.remove_prefix(digits);
    AppendUtf8(code, string_);
    return Ok();
  }

  const std::string_view text_;
  std::string_view rest_;
  TomlVisitor& visitor_;
  std::string key_;
  std::string string_;
};

}  // namespace

Status ReadToml(std::string_view text, TomlVisitor& visitor) {
  return TomlReader(text, visitor).Read();
}

}  // namespace narrows
