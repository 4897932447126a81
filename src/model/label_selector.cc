#include "model/label_selector.h"

#include <algorithm>

namespace narrows::model {

bool LabelRequirement::Matches(const Labels& labels) const {
  const auto label = labels.find(key);
  const bool present = label != labels.end();
  const auto listed = [&] {
    return std::find(values.begin(), values.end(), label->second) != values.end();
  };
  switch (op) {
    case Operator::kIn:
      return present && listed();
    case Operator::kNotIn:
      return !present || !listed();
    case Operator::kExists:
      return present;
    case Operator::kDoesNotExist:
      return !present;
  }
  return false;
}

bool LabelSelector::Matches(const Labels& labels) const {
  const bool labels_match =
      std::all_of(match_labels.begin(), match_labels.end(), [&](const auto& wanted) {
        const auto label = labels.find(wanted.first);
        return label != labels.end() && label->second == wanted.second;
      });
  return labels_match && std::all_of(match_expressions.begin(), match_expressions.end(),
                                     [&](const LabelRequirement& expression) {
                                       return expression.Matches(labels);
                                     });
}

namespace {

std::string Text(const LabelRequirement& expression) {
  std::string values;
  for (const std::string& value : expression.values) {
    if (!values.empty()) values += ",";
    values += value;
  }
  switch (expression.op) {
    case LabelRequirement::Operator::kIn:
      return expression.key + " in (" + values + ")";
    case LabelRequirement::Operator::kNotIn:
      return expression.key + " notin (" + values + ")";
    case LabelRequirement::Operator::kExists:
      return expression.key;
    case LabelRequirement::Operator::kDoesNotExist:
      return "!" + expression.key;
  }
  return "";
}

}  // namespace

std::string LabelSelector::ToString() const {
  std::string text;
  const auto add = [&](const std::string& part) {
    if (!text.empty()) text += ",";
    text += part;
  };
  for (const auto& [key, value] : match_labels) add(key + "=" + value);
  for (const LabelRequirement& expression : match_expressions) add(Text(expression));
  return text.empty() ? "everything" : text;
}

std::string_view ToString(LabelRequirement::Operator op) {
  switch (op) {
    case LabelRequirement::Operator::kIn:
      return "In";
    case LabelRequirement::Operator::kNotIn:
      return "NotIn";
    case LabelRequirement::Operator::kExists:
      return "Exists";
    case LabelRequirement::Operator::kDoesNotExist:
      return "DoesNotExist";
  }
  return "";
}

}  // namespace narrows::model
