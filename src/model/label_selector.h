#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/workload.h"

namespace narrows::model {

// One expression of a LabelSelector (Kubernetes API, meta/v1 LabelSelectorRequirement).
struct LabelRequirement {
  enum class Operator { kIn, kNotIn, kExists, kDoesNotExist };

  std::string key;
  Operator op = Operator::kExists;
  std::vector<std::string> values;  // of kIn and kNotIn, not empty there

  // As the API: kNotIn also matches where the label is absent.
  bool Matches(const Labels& labels) const;
  friend bool operator==(const LabelRequirement&, const LabelRequirement&) = default;
};

// All parts must match; an empty selector matches everything.
struct LabelSelector {
  Labels match_labels;
  std::vector<LabelRequirement> match_expressions;

  bool empty() const { return match_labels.empty() && match_expressions.empty(); }
  bool Matches(const Labels& labels) const;
  // As kubectl writes selectors: "app=shop,tier in (a,b),!legacy"; "everything" when empty.
  std::string ToString() const;
  // What the API server checks on admission: operators with values or without, the form and length
  // of keys and values. kInvalidArgument names the field ("matchExpressions[1].key").
  Status Validate() const;
  friend bool operator==(const LabelSelector&, const LabelSelector&) = default;
};

std::string_view ToString(LabelRequirement::Operator op);  // "In", "NotIn", …
std::optional<LabelRequirement::Operator> ParseLabelOperator(std::string_view text);

bool IsLabelKey(std::string_view text);    // "app", "example.com/app"
bool IsLabelValue(std::string_view text);  // at most 63 characters, may be empty

}  // namespace narrows::model
