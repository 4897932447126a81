#include "findings/benchmark/comparison.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "base/strings.h"

namespace narrows::findings::benchmark {
namespace {

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::optional<int64_t> WholeNumber(std::string_view text, int base) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, code] = std::from_chars(text.data(), end, number, base);
  if (text.empty() || code != std::errc() || rest != end) return std::nullopt;
  return number;
}

bool Equal(std::string_view found, std::string_view wanted) {
  const std::string lower = ToLower(found);
  return lower == "true" || lower == "false" ? lower == wanted : found == wanted;
}

std::vector<std::string_view> Elements(std::string_view list) {
  list = Trim(list);
  while (!list.empty() && list.back() == ',') list.remove_suffix(1);
  if (list.empty()) return {};
  auto elements = Split(list, ',');
  for (std::string_view& element : elements) element = Trim(element);
  return elements;
}

bool AllValid(std::string_view found, std::string_view wanted) {
  const auto elements = Elements(found);
  const auto valid = Elements(wanted);
  if (elements.empty() || valid.empty()) return elements.empty() && valid.empty();
  return std::all_of(elements.begin(), elements.end(), [&](std::string_view element) {
    return std::find(valid.begin(), valid.end(), element) != valid.end();
  });
}

ComparisonOutcome CompareNumbers(const Comparison& comparison, std::string_view found,
                                 std::string_view name) {
  const auto a = WholeNumber(Trim(found), 10);
  const auto b = WholeNumber(Trim(comparison.value), 10);
  if (!a || !b) {
    return {false, "Invalid Number(s) used for comparison: " + Quoted(found) + " " +
                       Quoted(comparison.value)};
  }
  const std::string& op = comparison.op;
  const std::string_view words = op == "gt"    ? "greater than"
                                 : op == "gte" ? "greater or equal to"
                                 : op == "lt"  ? "lower than"
                                               : "lower or equal to";
  const bool holds = op == "gt"    ? *a > *b
                     : op == "gte" ? *a >= *b
                     : op == "lt"  ? *a < *b
                                   : *a <= *b;
  return {holds, Quoted(name) + " is " + std::string(words) + " " + comparison.value};
}

ComparisonOutcome CompareModes(const Comparison& comparison, std::string_view found,
                               std::string_view name) {
  const auto mode = WholeNumber(found, 8);
  const auto most = WholeNumber(comparison.value, 8);
  if (!mode || !most) {
    return {false, "Not numeric value - flag: " +
                       std::string(mode ? std::string_view(comparison.value) : found)};
  }
  return {(*most & *mode) == *mode, std::string(name) + " has permissions " + std::string(found) +
                                        ", expected " + comparison.value + " or more restrictive"};
}

bool Matches(const std::string& pattern, std::string_view found) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 regex(pattern, options);
  return regex.ok() && RE2::PartialMatch(found, regex);
}

}  // namespace

ComparisonOutcome Compare(const Comparison& comparison, std::string_view found,
                          std::string_view name) {
  const std::string& op = comparison.op;
  const std::string& wanted = comparison.value;
  const std::string subject = Quoted(name);
  if (op == "eq") return {Equal(found, wanted), subject + " is equal to " + Quoted(wanted)};
  if (op == "noteq") return {!Equal(found, wanted), subject + " is not equal to " + Quoted(wanted)};
  if (op == "gt" || op == "gte" || op == "lt" || op == "lte")
    return CompareNumbers(comparison, found, name);
  const bool contains = found.find(wanted) != std::string_view::npos;
  if (op == "has") return {contains, subject + " has " + Quoted(wanted)};
  if (op == "nothave") return {!contains, subject + " does not have " + Quoted(wanted)};
  if (op == "regex")
    return {Matches(wanted, found), subject + " matched by regex expression " + Quoted(wanted)};
  if (op == "valid_elements") {
    return {AllValid(found, wanted), subject + " contains valid elements from " + Quoted(wanted)};
  }
  if (op == "bitmask") return CompareModes(comparison, found, name);
  return {};
}

}  // namespace narrows::findings::benchmark
