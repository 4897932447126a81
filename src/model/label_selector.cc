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

std::optional<LabelRequirement::Operator> ParseLabelOperator(std::string_view text) {
  using Operator = LabelRequirement::Operator;
  for (const Operator op :
       {Operator::kIn, Operator::kNotIn, Operator::kExists, Operator::kDoesNotExist}) {
    if (text == ToString(op)) return op;
  }
  return std::nullopt;
}

namespace {

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// At most 63 characters, alphanumeric at both ends; '-', '_' and '.' between.
bool IsQualifiedName(std::string_view text) {
  return !text.empty() && text.size() <= 63 && IsAlphanumeric(text.front()) &&
         IsAlphanumeric(text.back()) && std::all_of(text.begin(), text.end(), [](char c) {
           return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.';
         });
}

// RFC 1123: lower case, each part alphanumeric at both ends.
bool IsSubdomain(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  char before = '.';
  for (const char c : text) {
    const bool alphanumeric = IsAlphanumeric(c) && (c < 'A' || c > 'Z');
    if (!alphanumeric && c != '-' && c != '.') return false;
    if (c == '.' && (before == '.' || before == '-')) return false;
    if (c == '-' && before == '.') return false;
    before = c;
  }
  return before != '.' && before != '-';
}

Status ValidateRequirement(const LabelRequirement& requirement) {
  if (!IsLabelKey(requirement.key)) {
    return InvalidArgument("key: \"" + requirement.key + "\" is not a label's name");
  }
  const bool wants_values = requirement.op == LabelRequirement::Operator::kIn ||
                            requirement.op == LabelRequirement::Operator::kNotIn;
  if (wants_values == requirement.values.empty()) {
    return InvalidArgument("values: " + std::string(ToString(requirement.op)) +
                           (wants_values ? " needs at least one" : " takes none"));
  }
  for (const std::string& value : requirement.values) {
    if (!IsLabelValue(value)) {
      return InvalidArgument("values: \"" + value + "\" is not a label's value");
    }
  }
  return Ok();
}

}  // namespace

bool IsLabelKey(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == text.npos) return IsQualifiedName(text);
  return IsSubdomain(text.substr(0, slash)) && IsQualifiedName(text.substr(slash + 1));
}

bool IsLabelValue(std::string_view text) { return text.empty() || IsQualifiedName(text); }

Status LabelSelector::Validate() const {
  for (const auto& [key, value] : match_labels) {
    if (!IsLabelKey(key)) {
      return InvalidArgument("matchLabels: \"" + key + "\" is not a label's name");
    }
    if (!IsLabelValue(value)) {
      return InvalidArgument("matchLabels." + key + ": \"" + value + "\" is not a label's value");
    }
  }
  for (size_t i = 0; i < match_expressions.size(); ++i) {
    const auto valid = ValidateRequirement(match_expressions[i]);
    if (!valid.has_value()) {
      return InvalidArgument("matchExpressions[" + std::to_string(i) + "]." +
                             valid.error().message);
    }
  }
  return Ok();
}

}  // namespace narrows::model
