#pragma once

#include <compare>
#include <cstddef>
#include <string_view>

#include "base/result.h"

// What version orders share. All text is ASCII; other bytes are neither digits nor letters.
namespace narrows::ecosystems {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsLetter(char c) { return IsLower(c) || (c >= 'A' && c <= 'Z'); }

// Whether the text is a decimal number of any length.
bool IsNumber(std::string_view text);

// Numbers of any length by value: leading zeros do not count, and the empty text is 0.
std::weak_ordering CompareNumbers(std::string_view digits, std::string_view other);

// Byte by byte.
std::weak_ordering CompareText(std::string_view a, std::string_view b);

// How many digits there are from `at` on.
size_t DigitsFrom(std::string_view text, size_t at);

// Whether two versions have the same numbers but for zeros, up to a "+" (of a Go toolchain up to a
// "-"). Versions that are equal in any order of ours have them, so that comparing those that have
// not can be spared.
bool HaveSameNumbers(std::string_view a, std::string_view b);

// Takes what stands before the first `separator` off `rest`, and the separator; all of it where
// there is none.
std::string_view TakePiece(std::string_view& rest, char separator);

// Versions that are numbers with any of `separators` between: one by one, the longer is the later.
// A part that is no number comes before all that are.
std::weak_ordering CompareNumberSeries(std::string_view a, std::string_view b,
                                       std::string_view separators);
Status ValidateNumberSeries(std::string_view version, std::string_view kind,
                            std::string_view separators, int least_numbers);

// kInvalidArgument: "1.x" is not an npm version: `fault`.
Error NotAVersion(std::string_view version, std::string_view kind, std::string_view fault);

}  // namespace narrows::ecosystems
