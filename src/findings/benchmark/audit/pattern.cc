#include "findings/benchmark/audit/pattern.h"

#include <cctype>

namespace narrows::findings::benchmark::audit {

bool MarkedText::HasPattern() const {
  for (size_t i = 0; i < text.size(); ++i) {
    if (marks[i] != 'q' && (text[i] == '*' || text[i] == '?' || text[i] == '[')) return true;
  }
  return false;
}

std::bitset<256> BytesOfClass(std::string_view name) {
  using Test = int (*)(int);
  static constexpr struct {
    std::string_view name;
    Test test;
  } kClasses[] = {{"alpha", std::isalpha}, {"digit", std::isdigit}, {"alnum", std::isalnum},
                  {"upper", std::isupper}, {"lower", std::islower}, {"space", std::isspace},
                  {"blank", std::isblank}, {"punct", std::ispunct}, {"print", std::isprint},
                  {"graph", std::isgraph}, {"cntrl", std::iscntrl}, {"xdigit", std::isxdigit}};
  std::bitset<256> bytes;
  for (const auto& known : kClasses) {
    if (known.name != name) continue;
    for (int c = 0; c < 128; ++c) bytes[static_cast<size_t>(c)] = known.test(c) != 0;
  }
  return bytes;
}

MarkedText Pattern::Unquoted(std::string_view text) {
  MarkedText marked;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size();
    if (escaped) ++i;
    marked.Append(text.substr(i, 1), escaped);
  }
  return marked;
}

// Reads a set whose "[" is at `at`; the place behind its "]", or `at` when it has none.
size_t Pattern::ReadSet(const MarkedText& marked, size_t at, std::bitset<256>& bytes) const {
  const std::string& text = marked.text;
  size_t i = at + 1;
  const bool inverted = i < text.size() && (text[i] == '!' || text[i] == '^');
  if (inverted) ++i;
  const size_t first = i;
  for (; i < text.size(); ++i) {
    if (text[i] == ']' && i > first && marked.marks[i] != 'q') {
      if (inverted) bytes.flip();
      return i + 1;
    }
    if (text.compare(i, 2, "[:") == 0) {
      const size_t end = text.find(":]", i + 2);
      if (end != std::string::npos) {
        bytes |= BytesOfClass(std::string_view(text).substr(i + 2, end - i - 2));
        i = end + 1;
        continue;
      }
    }
    const auto from = static_cast<unsigned char>(text[i]);
    auto to = from;
    if (i + 2 < text.size() && text[i + 1] == '-' && text[i + 2] != ']') {
      to = static_cast<unsigned char>(text[i + 2]);
      i += 2;
    }
    for (unsigned c = from; c <= to; ++c) bytes[c] = true;
  }
  return at;
}

Pattern::Pattern(const MarkedText& marked) {
  for (size_t i = 0; i < marked.text.size(); ++i) {
    const char c = marked.text[i];
    const bool quoted = marked.marks[i] == 'q';
    Token token;
    if (!quoted && c == '*') {
      if (!tokens_.empty() && tokens_.back().star) continue;
      token.star = true;
    } else if (!quoted && c == '?') {
      token.bytes.set();
    } else if (!quoted && c == '[') {
      const size_t end = ReadSet(marked, i, token.bytes);
      if (end == i) {
        token.bytes.reset();
        token.bytes['['] = true;
      } else {
        i = end - 1;
      }
    } else {
      token.bytes[static_cast<unsigned char>(c)] = true;
    }
    tokens_.push_back(token);
  }
}

bool Pattern::Matches(std::string_view text) const {
  size_t token = 0;
  size_t at = 0;
  size_t star = tokens_.size();  // the last star seen, and where its match ends
  size_t star_at = 0;
  while (at < text.size()) {
    if (token < tokens_.size() && tokens_[token].star) {
      star = token++;
      star_at = at;
    } else if (token < tokens_.size() &&
               tokens_[token].bytes[static_cast<unsigned char>(text[at])]) {
      ++token;
      ++at;
    } else if (star < tokens_.size()) {
      token = star + 1;
      at = ++star_at;
    } else {
      return false;
    }
  }
  while (token < tokens_.size() && tokens_[token].star) ++token;
  return token == tokens_.size();
}

}  // namespace narrows::findings::benchmark::audit
