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

// The next number that is not 0, without leading zeros; empty at the end.
std::string_view TakeNumber(std::string_view& rest) {
  const size_t begin = rest.find_first_of("123456789");
  if (begin == std::string_view::npos) return {};
  const std::string_view number = rest.substr(begin, DigitsFrom(rest, begin));
  rest.remove_prefix(begin + number.size());
  return number;
}

std::string_view WithoutSuffix(std::string_view version) {
  return version.substr(0, version.find(version.starts_with("go") ? '-' : '+'));
}

std::string_view TakeUpToAny(std::string_view& rest, std::string_view separators) {
  const size_t end = rest.find_first_of(separators);
  return TakePiece(rest, end == std::string_view::npos ? separators.front() : rest[end]);
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

bool HaveSameNumbers(std::string_view a, std::string_view b) {
  a = WithoutSuffix(a);
  b = WithoutSuffix(b);
  while (true) {
    const std::string_view number = TakeNumber(a);
    if (number != TakeNumber(b)) return false;
    if (number.empty()) return true;
  }
}

std::string_view TakePiece(std::string_view& rest, char separator) {
  const size_t end = rest.find(separator);
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return piece;
}

std::weak_ordering CompareNumberSeries(std::string_view a, std::string_view b,
                                       std::string_view separators) {
  while (!a.empty() && !b.empty()) {
    const std::string_view left = TakeUpToAny(a, separators);
    const std::string_view right = TakeUpToAny(b, separators);
    const bool left_is_number = IsNumber(left);
    if (left_is_number != IsNumber(right)) return left_is_number <=> !left_is_number;
    const auto order = left_is_number ? CompareNumbers(left, right) : CompareText(left, right);
    if (std::is_neq(order)) return order;
  }
  return !a.empty() <=> !b.empty();
}

Status ValidateNumberSeries(std::string_view version, std::string_view kind,
                            std::string_view separators, int least_numbers) {
  std::string_view rest = version;
  int numbers = 0;
  for (bool more = true; more; ++numbers) {
    more = rest.find_first_of(separators) != std::string_view::npos;
    if (!IsNumber(TakeUpToAny(rest, separators)))
      return NotAVersion(version, kind, "a part is not a number");
  }
  if (numbers < least_numbers) return NotAVersion(version, kind, "it has too few numbers");
  return Ok();
}

Error NotAVersion(std::string_view version, std::string_view kind, std::string_view fault) {
  return InvalidArgument('"' + Printable(version) + "\" is not " + std::string(kind) +
                         " version: " + std::string(fault));
}

}  // namespace narrows::ecosystems
