#include <charconv>

#include "base/json_path_nodes.h"
#include "base/strings.h"

namespace narrows::json_path {
namespace {

namespace json = boost::json;

constexpr size_t kMostBytes = 16 << 10;
constexpr int kMostDepth = 16;

bool EndsName(char c) {
  return std::string_view(" \t\r\n.,[]$@{}").find(c) != std::string_view::npos;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsWord(char c) {
  return c == '_' || IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

Step Constant(json::value value) {
  Step step;
  step.kind = Step::Kind::kConstant;
  step.constant = std::move(value);
  return step;
}

Step Field(std::string name) {
  Step step;
  step.field = std::move(name);
  return step;
}

Step OfKind(Step::Kind kind) {
  Step step;
  step.kind = kind;
  return step;
}

class Parser {
 public:
  Parser(std::string_view text, int depth) : text_(text), depth_(depth) {}

  Result<std::vector<Action>> Template() {
    if (text_.size() > kMostBytes) return Wrong("it is longer than 16 KiB");
    std::vector<Action> actions;
    while (at_ < text_.size()) {
      if (text_[at_] != '{') {
        const size_t end = std::min(text_.find('{', at_), text_.size());
        Action text;
        text.path.push_back(Constant(json::string(text_.substr(at_, end - at_))));
        actions.push_back(std::move(text));
        at_ = end;
        continue;
      }
      ++at_;
      action_ = Action();
      RETURN_IF_ERROR(Inside());
      if (at_ >= text_.size()) return Wrong("a brace is not closed");
      ++at_;
      actions.push_back(std::move(action_));
    }
    return actions;
  }

  // The whole text as a path without braces.
  Result<Path> Bare() {
    if (depth_ > kMostDepth) return Wrong("it is nested too deeply");
    RETURN_IF_ERROR(Inside());
    if (at_ < text_.size()) return Wrong("a brace inside a bracket");
    return std::move(action_.path);
  }

 private:
  Error Wrong(std::string_view why) const {
    return InvalidArgument("no JSONPath: '" + Printable(text_) + "': " + std::string(why));
  }
  bool StartsWith(std::string_view prefix) const {
    return text_.substr(at_, prefix.size()) == prefix;
  }

  // Up to the closing brace or the end of the text.
  Status Inside() {
    while (at_ < text_.size() && text_[at_] != '}') {
      const char c = text_[at_];
      if (StartsWith("[?(")) {
        RETURN_IF_ERROR(Filter());
      } else if (StartsWith("..")) {
        RETURN_IF_ERROR(Recursive());
      } else if (c == ' ' || c == '@' || c == '$') {
        ++at_;
      } else if (c == '[') {
        RETURN_IF_ERROR(Bracket());
      } else if (c == '"' || c == '\'') {
        RETURN_IF_ERROR(Quoted(c));
      } else if (c == '.') {
        ++at_;
        FieldName();
      } else if (c == '+' || c == '-' || IsDigit(c)) {
        RETURN_IF_ERROR(Number());
      } else if (IsWord(c)) {
        RETURN_IF_ERROR(Word());
      } else {
        return Wrong("an unexpected '" + std::string(1, c) + "'");
      }
    }
    return Ok();
  }

  Status Recursive() {
    Path& path = action_.path;
    if (!path.empty() && path.back().kind == Step::Kind::kRecursive) return Wrong("'....'");
    at_ += 2;
    path.push_back(OfKind(Step::Kind::kRecursive));
    if (at_ < text_.size() && IsWord(text_[at_])) FieldName();
    return Ok();
  }

  void FieldName() {
    std::string name;
    while (at_ < text_.size() && !EndsName(text_[at_])) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      name += text_[at_++];
    }
    action_.path.push_back(name == "*" ? OfKind(Step::Kind::kWildcard) : Field(std::move(name)));
  }

  Status Number() {
    size_t end = at_ + 1;
    while (end < text_.size() && (text_[end] == '.' || IsDigit(text_[end]))) ++end;
    const std::string_view digits = text_.substr(at_, end - at_);
    at_ = end;
    const std::string_view plain = digits[0] == '+' ? digits.substr(1) : digits;
    if (const auto number = ParseInt(plain)) {
      action_.path.push_back(Constant(*number));
      return Ok();
    }
    double number = 0;
    const auto [rest, code] = std::from_chars(plain.data(), plain.data() + plain.size(), number);
    if (code != std::errc() || rest != plain.data() + plain.size())
      return Wrong("'" + std::string(digits) + "' is no number");
    action_.path.push_back(Constant(number));
    return Ok();
  }

  Status Word() {
    const size_t begin = at_;
    while (at_ < text_.size() && !EndsName(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word == "true" || word == "false") {
      action_.path.push_back(Constant(word == "true"));
    } else if (word == "range") {
      action_.kind = Action::Kind::kRange;
    } else if (word == "end") {
      action_.kind = Action::Kind::kEnd;
    } else {
      return Wrong("'" + std::string(word) + "' has no meaning");
    }
    return Ok();
  }

  Status Quoted(char quote) {
    std::string value;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == quote) {
        ++at_;
        action_.path.push_back(Constant(json::string(value)));
        return Ok();
      }
      if (c == '\n') break;
      if (c != '\\') {
        value += c;
        continue;
      }
      if (++at_ >= text_.size()) break;
      switch (text_[at_]) {
        case 'n':
          value += '\n';
          break;
        case 't':
          value += '\t';
          break;
        case 'r':
          value += '\r';
          break;
        case '\\':
        case '\'':
        case '"':
          value += text_[at_];
          break;
        default:
          return Wrong("an unknown escape in a quoted text");
      }
    }
    return Wrong("a quoted text is not closed");
  }

  Status Bracket() {
    const size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) return Wrong("a bracket is not closed");
    std::string_view inner = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    if (inner == "*") inner = ":";
    if (inner.find(',') != std::string_view::npos) {
      Step step = OfKind(Step::Kind::kUnion);
      for (const std::string_view part : Split(inner, ',')) {
        const std::string bracketed = "[" + std::string(Trim(part)) + "]";
        ASSIGN_OR_RETURN(Path path, Parser(bracketed, depth_ + 1).Bare());
        step.branches.push_back(std::move(path));
      }
      action_.path.push_back(std::move(step));
      return Ok();
    }
    if (inner.size() >= 2 && inner.front() == '\'' && inner.back() == '\'') {
      const std::string dotted = "." + std::string(inner.substr(1, inner.size() - 2));
      ASSIGN_OR_RETURN(Path path, Parser(dotted, depth_ + 1).Bare());
      for (Step& step : path) action_.path.push_back(std::move(step));
      return Ok();
    }
    return Slice(inner);
  }

  Status Slice(std::string_view inner) {
    const auto parts = Split(inner, ':');
    if (parts.size() > 3) return Wrong("a slice has at most three numbers");
    Step step = OfKind(Step::Kind::kSlice);
    std::optional<int64_t>* const numbers[] = {&step.from, &step.to, &step.step};
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].empty()) continue;
      *numbers[i] = ParseInt(parts[i]);
      if (!*numbers[i] || **numbers[i] > INT32_MAX || **numbers[i] < INT32_MIN)
        return Wrong("'" + Printable(inner) + "' is no index");
    }
    if (parts.size() == 1) {
      step.to = step.from.value_or(0) + 1;
      step.to_is_next = true;
    }
    action_.path.push_back(std::move(step));
    return Ok();
  }

  // The place of the closing ")]", quotes respected.
  size_t FilterEnd() const {
    char quote = 0;
    for (size_t i = at_; i < text_.size(); ++i) {
      const char c = text_[i];
      if (quote != 0) {
        if (c == quote && text_[i - 1] != '\\') quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == ')' && text_.substr(i + 1, 1) == "]") {
        return i;
      }
    }
    return std::string_view::npos;
  }

  Status Filter() {
    at_ += 3;
    const size_t end = FilterEnd();
    if (end == std::string_view::npos) return Wrong("a filter is not closed");
    const std::string_view inner = text_.substr(at_, end - at_);
    at_ = end + 2;
    Step step = OfKind(Step::Kind::kFilter);
    step.op = "exists";
    std::string_view left = inner;
    std::string_view right;
    const size_t op = inner.find_first_of("!<>=");
    if (op != std::string_view::npos && op > 0) {
      const size_t rest = inner.find_first_not_of("!<>=", op);
      if (rest == std::string_view::npos) return Wrong("a filter compares with nothing");
      left = inner.substr(0, op);
      step.op = inner.substr(op, rest - op);
      right = inner.substr(rest);
    }
    for (const std::string_view known : {"exists", "==", "!=", "<", "<=", ">", ">="}) {
      if (step.op != known) continue;
      for (const std::string_view side : {left, right}) {
        ASSIGN_OR_RETURN(Path path, Parser(side, depth_ + 1).Bare());
        step.branches.push_back(std::move(path));
      }
      action_.path.push_back(std::move(step));
      return Ok();
    }
    return Wrong("'" + step.op + "' compares nothing");
  }

  std::string_view text_;
  int depth_;
  size_t at_ = 0;
  Action action_;
};

}  // namespace

Result<std::vector<Action>> ParseTemplate(std::string_view text) {
  return Parser(text, 0).Template();
}

}  // namespace narrows::json_path
