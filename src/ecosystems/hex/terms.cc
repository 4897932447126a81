#include "ecosystems/hex/terms.h"

#include <cstddef>

namespace narrows::ecosystems::hex {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '@';
}

void SkipBlanks(std::string_view& rest) {
  while (!rest.empty() && IsBlank(rest.front())) rest.remove_prefix(1);
}

std::optional<std::string_view> TakeBetween(std::string_view& rest, char quote) {
  if (!rest.starts_with(quote)) return std::nullopt;
  const size_t end = rest.find(quote, 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view text = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return text;
}

}  // namespace

bool TakeSymbol(std::string_view& rest, std::string_view symbol) {
  SkipBlanks(rest);
  if (!rest.starts_with(symbol)) return false;
  rest.remove_prefix(symbol.size());
  return true;
}

std::optional<std::string_view> TakeString(std::string_view& rest) {
  SkipBlanks(rest);
  return TakeBetween(rest, '"');
}

std::optional<std::string_view> TakeBinary(std::string_view& rest) {
  if (!TakeSymbol(rest, "<<")) return std::nullopt;
  const auto text = TakeString(rest);
  if (!text || !TakeSymbol(rest, ">>")) return std::nullopt;
  return text;
}

std::optional<std::string_view> TakeAtom(std::string_view& rest) {
  SkipBlanks(rest);
  if (rest.starts_with('\'')) return TakeBetween(rest, '\'');
  if (rest.starts_with('"')) return TakeBetween(rest, '"');
  size_t end = 0;
  while (end < rest.size() && IsWord(rest[end])) ++end;
  if (end == 0) return std::nullopt;
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

}  // namespace narrows::ecosystems::hex
