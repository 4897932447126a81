#include "base/json_path.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/json_path_nodes.h"

namespace narrows {
namespace {

namespace json = boost::json;
using json_path::Action;
using json_path::Path;
using json_path::Step;
using Values = std::vector<const json::value*>;

constexpr size_t kMostValues = 100'000;

// Go's %v: the fewest digits, with an exponent below 0.0001 and from a million on.
std::string GoFloat(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "+Inf" : "-Inf";
  char text[64] = {};
  const auto end = std::to_chars(text, text + sizeof(text), number, std::chars_format::scientific);
  const std::string_view digits(text, static_cast<size_t>(end.ptr - text));
  const size_t e = digits.find('e');
  int exponent = 0;
  const char* power = digits.data() + e + (digits[e + 1] == '+' ? 2 : 1);
  std::from_chars(power, digits.data() + digits.size(), exponent);
  if (exponent < -4 || exponent >= 6) return std::string(digits);
  const auto plain = std::to_chars(text, text + sizeof(text), number, std::chars_format::fixed);
  return std::string(text, plain.ptr);
}

// -1, 0, 1; nothing for values that have no order.
std::optional<int> Compare(const json::value& left, const json::value& right) {
  if (left.is_string() && right.is_string()) {
    const int order = left.get_string().compare(right.get_string());
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  if (left.is_bool() && right.is_bool())
    return static_cast<int>(left.get_bool()) - static_cast<int>(right.get_bool());
  if (left.is_number() && right.is_number()) {
    const double a = left.to_number<double>();
    const double b = right.to_number<double>();
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return std::nullopt;
}

bool Holds(std::string_view op, int order) {
  if (op == "==") return order == 0;
  if (op == "!=") return order != 0;
  if (op == "<") return order < 0;
  if (op == "<=") return order <= 0;
  if (op == ">") return order > 0;
  return order >= 0;
}

void Children(const json::value& value, Values& out) {
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) out.push_back(&member.value());
  } else if (const auto* array = value.if_array()) {
    for (const json::value& element : *array) out.push_back(&element);
  }
}

void Descendants(const json::value& value, Values& out) {
  Values children;
  Children(value, children);
  if (children.empty()) return;
  out.push_back(&value);
  for (const json::value* child : children) Descendants(*child, out);
}

Status Slice(const json::value& value, const Step& step, Values& out) {
  const auto* array = value.if_array();
  if (array == nullptr) return InvalidArgument("an index into what is no list");
  const auto size = static_cast<int64_t>(array->size());
  int64_t from = step.from.value_or(0);
  if (from < 0) from += size;
  int64_t to = step.to.value_or(size);
  if (to < 0 || (to == 0 && step.to_is_next)) to += size;
  if (from == to) return Ok();
  if (from < 0 || from >= size || to < 0 || to > size || from > to)
    return InvalidArgument("an index beyond the end of a list of " + std::to_string(size));
  const int64_t by = step.step.value_or(1);
  if (by <= 0) return InvalidArgument("a slice's step must be above 0");
  for (int64_t i = from; i < to; i += by) out.push_back(&(*array)[static_cast<size_t>(i)]);
  return Ok();
}

// As Go's encoder orders a map.
json::value Sorted(const json::value& value) {
  if (const auto* array = value.if_array()) {
    json::array out;
    for (const json::value& element : *array) out.push_back(Sorted(element));
    return out;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  std::vector<const json::key_value_pair*> members;
  for (const auto& member : *object) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const auto* a, const auto* b) { return a->key() < b->key(); });
  json::object out;
  for (const auto* member : members) out.emplace(member->key(), Sorted(member->value()));
  return out;
}

class Evaluation {
 public:
  explicit Evaluation(const std::vector<Action>& actions) : actions_(actions) {}

  // Runs the actions from `from` on; where that is inside a range, returns the place of its end.
  Result<size_t> Run(size_t from, const json::value& data, bool in_range, bool keep,
                     std::vector<Values>& results) {
    for (size_t i = from; i < actions_.size(); ++i) {
      const Action& action = actions_[i];
      if (action.kind == Action::Kind::kEnd) {
        if (in_range) return i;
        return InvalidArgument("an end without a range");
      }
      ASSIGN_OR_RETURN(const Values values, Walk(action.path, {&data}));
      if (action.kind == Action::Kind::kPath) {
        if (keep) results.push_back(values);
        if ((taken_ += values.size() + 1) > kMostValues) return TooMany();
        continue;
      }
      size_t end = actions_.size();
      if (values.empty()) {
        ASSIGN_OR_RETURN(end, Run(i + 1, nothing_, true, false, results));
      }
      for (const json::value* value : values) {
        ASSIGN_OR_RETURN(end, Run(i + 1, *value, true, keep, results));
      }
      i = end;
    }
    return actions_.size();
  }

 private:
  static Error TooMany() { return ResourceExhausted("a JSONPath finds more than 100,000 values"); }

  Result<Values> Walk(const Path& path, Values values) {
    for (const Step& step : path) {
      ASSIGN_OR_RETURN(values, Take(step, values));
      if (values.size() > kMostValues) return TooMany();
    }
    return values;
  }

  Result<Values> Take(const Step& step, const Values& values) {
    Values out;
    if (step.kind == Step::Kind::kConstant) return Values{&step.constant};
    if (step.kind == Step::Kind::kUnion) {
      for (const Path& branch : step.branches) {
        ASSIGN_OR_RETURN(const Values found, Walk(branch, values));
        out.insert(out.end(), found.begin(), found.end());
      }
      return out;
    }
    for (const json::value* value : values) {
      if (step.kind == Step::Kind::kFilter) {
        RETURN_IF_ERROR(Filter(*value, step, out));
        continue;
      }
      if (value->is_null()) continue;
      if (step.kind == Step::Kind::kField) {
        const auto* object = value->if_object();
        const json::value* member = object == nullptr ? nullptr : object->if_contains(step.field);
        if (member != nullptr) out.push_back(member);
      } else if (step.kind == Step::Kind::kSlice) {
        RETURN_IF_ERROR(Slice(*value, step, out));
      } else if (step.kind == Step::Kind::kWildcard) {
        Children(*value, out);
      } else {
        Descendants(*value, out);
      }
      if (out.size() > kMostValues) return TooMany();
    }
    return out;
  }

  Status Filter(const json::value& value, const Step& step, Values& out) {
    const auto* array = value.if_array();
    if (array == nullptr) return InvalidArgument("a filter on what is no list");
    for (const json::value& element : *array) {
      Result<Values> left = Walk(step.branches[0], {&element});
      if (step.op == "exists") {
        if (left.has_value() && !left->empty()) out.push_back(&element);
        continue;
      }
      if (!left.has_value()) return std::move(left).error();
      ASSIGN_OR_RETURN(const Values right, Walk(step.branches[1], {&element}));
      if (left->empty() || right.empty()) continue;
      if (left->size() > 1 || right.size() > 1)
        return InvalidArgument("a filter compares several values with one");
      const auto order = Compare(*left->front(), *right.front());
      if (!order) return InvalidArgument("a filter compares values of different types");
      if (Holds(step.op, *order)) out.push_back(&element);
    }
    return Ok();
  }

  const std::vector<Action>& actions_;
  const json::value nothing_;
  size_t taken_ = 0;
};

}  // namespace

std::string GoText(const json::value& value) {
  if (const auto* text = value.if_string()) return std::string(*text);
  if (value.is_null()) return "<nil>";
  if (value.is_double()) return GoFloat(value.get_double());
  if (const auto* array = value.if_array()) {
    std::string out = "[";
    for (const json::value& element : *array) {
      if (out.size() > 1) out += ' ';
      out += GoText(element);
    }
    return out + "]";
  }
  if (const auto* object = value.if_object()) {
    std::vector<std::string> members;
    for (const auto& member : *object)
      members.push_back(std::string(member.key()) + ":" + GoText(member.value()));
    std::sort(members.begin(), members.end());
    std::string out = "map[";
    for (const std::string& member : members) out += (out.size() > 4 ? " " : "") + member;
    return out + "]";
  }
  return json::serialize(value);
}

JsonPath::JsonPath(std::vector<Action> actions)
    : actions_(std::make_shared<const std::vector<Action>>(std::move(actions))) {}

Result<JsonPath> JsonPath::Parse(std::string_view text) {
  ASSIGN_OR_RETURN(std::vector<Action> actions, json_path::ParseTemplate(text));
  return JsonPath(std::move(actions));
}

Result<std::vector<std::vector<json::value>>> JsonPath::Find(const json::value& document) const {
  std::vector<Values> found;
  Evaluation evaluation(*actions_);
  RETURN_IF_ERROR(evaluation.Run(0, document, false, true, found));
  std::vector<std::vector<json::value>> results;
  for (const Values& part : found) {
    auto& values = results.emplace_back();
    for (const json::value* value : part) values.push_back(*value);
  }
  return results;
}

Result<std::string> JsonPath::Print(const json::value& document) const {
  std::vector<Values> found;
  Evaluation evaluation(*actions_);
  RETURN_IF_ERROR(evaluation.Run(0, document, false, true, found));
  std::string out;
  for (const Values& part : found) {
    for (size_t i = 0; i < part.size(); ++i) {
      const json::value& value = *part[i];
      if (i > 0) out += ' ';
      if (value.is_null()) {
        out += "null";
      } else {
        out += value.is_structured() ? json::serialize(Sorted(value)) : GoText(value);
      }
    }
  }
  return out;
}

}  // namespace narrows
