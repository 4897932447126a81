#include "ecosystems/version_text.h"

#include <algorithm>
#include <string>

#include "base/strings.h"

namespace narrows::ecosystems {
namespace {

std::string_view WithoutLeadingZeros(std::string_view digits) {
  const size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? std::string_view() : digits.substr(first);
}

}  // namespace

bool IsNumber(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

std::weak_ordering CompareNumbers(std::string_view digits, std::string_view other) {
  digits = WithoutLeadingZeros(digits);
  other = WithoutLeadingZeros(other);
  if (digits.size() != other.size()) return digits.size() <=> other.size();
  return CompareText(digits, other);
}

std::weak_ordering CompareText(std::string_view a, std::string_view b) {
  return a.compare(b) <=> 0;
}

size_t DigitsFrom(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && IsDigit(text[end])) ++end;
  return end - at;
}

std::string_view TakePiece(std::string_view& rest, char separator) {
  const size_t end = rest.find(separator);
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return piece;
}

Error NotAVersion(std::string_view version, std::string_view kind, std::string_view fault) {
  return InvalidArgument('"' + Printable(version) + "\" is not " + std::string(kind) +
                         " version: " + std::string(fault));
}

}  // namespace narrows::ecosystems
