#include "findings/vex/version_range.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/strings.h"

namespace narrows::findings::vex {
namespace {

constexpr size_t kMostConstraints = 1000;

struct Constraint {
  std::string comparator;  // "=", "!=", "<", "<=", ">", ">="
  std::string version;
};

std::optional<Constraint> Read(std::string_view text) {
  Constraint constraint;
  for (const std::string_view comparator : {">=", "<=", "!=", ">", "<", "="}) {
    if (!text.starts_with(comparator)) continue;
    constraint.comparator = comparator;
    text.remove_prefix(comparator.size());
    break;
  }
  if (constraint.comparator.empty()) constraint.comparator = "=";
  auto version = PercentDecode(Trim(text));
  if (!version || version->empty()) return std::nullopt;
  constraint.version = *std::move(version);
  return constraint;
}

// The constraints behind the type, by version; nothing where the range is none of the type's.
std::optional<std::vector<Constraint>> ReadRange(std::string_view range, std::string_view type,
                                                 const ecosystems::VersionOrder& order) {
  constexpr std::string_view kScheme = "vers:";
  if (!range.starts_with(kScheme)) return std::nullopt;
  range.remove_prefix(kScheme.size());
  const size_t slash = range.find('/');
  if (slash == range.npos || range.substr(0, slash) != type) return std::nullopt;
  std::vector<Constraint> constraints;
  for (const std::string_view text : Split(range.substr(slash + 1), '|')) {
    if (Trim(text).empty()) continue;
    auto constraint = Read(Trim(text));
    if (!constraint || constraints.size() == kMostConstraints ||
        (constraint->version != "*" && !order.Validate(constraint->version).has_value())) {
      return std::nullopt;
    }
    constraints.push_back(*std::move(constraint));
  }
  std::stable_sort(constraints.begin(), constraints.end(),
                   [&](const Constraint& a, const Constraint& b) {
                     return order.Compare(a.version, b.version) < 0;
                   });
  return constraints;
}

bool IsLower(const Constraint& constraint) { return constraint.comparator.front() == '>'; }

bool Holds(const Constraint& constraint, std::weak_ordering to) {
  const std::string& comparator = constraint.comparator;
  if (comparator == "<") return to < 0;
  if (comparator == "<=") return to <= 0;
  if (comparator == ">") return to > 0;
  return to >= 0;
}

}  // namespace

// The algorithm of the specification, "Checking if a version is contained within a range".
bool InRange(std::string_view range, std::string_view type, std::string_view version,
             const ecosystems::VersionOrder& order) {
  if (!order.Validate(version).has_value()) return false;
  const auto constraints = ReadRange(range, type, order);
  if (!constraints || constraints->empty()) return false;
  if (constraints->size() == 1 && constraints->front().version == "*")
    return constraints->front().comparator == "=";
  if (std::any_of(constraints->begin(), constraints->end(),
                  [](const Constraint& constraint) { return constraint.version == "*"; }))
    return false;
  std::vector<const Constraint*> bounds;
  for (const Constraint& constraint : *constraints) {
    const bool same = order.Compare(version, constraint.version) == 0;
    if (constraint.comparator == "!=") {
      if (same) return false;
    } else if (constraint.comparator == "=") {
      if (same) return true;
    } else {
      bounds.push_back(&constraint);
    }
  }
  const auto holds = [&](const Constraint& constraint) {
    return Holds(constraint, order.Compare(version, constraint.version));
  };
  if (bounds.empty()) return false;
  if (!IsLower(*bounds.front()) && holds(*bounds.front())) return true;
  if (IsLower(*bounds.back()) && holds(*bounds.back())) return true;
  for (size_t i = 0; i + 1 < bounds.size(); ++i) {
    if (IsLower(*bounds[i]) && !IsLower(*bounds[i + 1]) && holds(*bounds[i]) &&
        holds(*bounds[i + 1])) {
      return true;
    }
  }
  return false;
}

}  // namespace narrows::findings::vex
