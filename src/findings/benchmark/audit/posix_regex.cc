#include "findings/benchmark/audit/posix_regex.h"

#include "findings/benchmark/audit/syntax.h"

namespace narrows::findings::benchmark::audit {
namespace {

bool IsIn(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

class Translation {
 public:
  Translation(std::string_view pattern, bool extended) : pattern_(pattern), extended_(extended) {}

  Result<std::string> Run() {
    out_ = "(?s)";
    while (at_ < pattern_.size()) {
      const char c = pattern_[at_];
      if (c == '\\') {
        RETURN_IF_ERROR(Escape());
      } else if (c == '[') {
        RETURN_IF_ERROR(Set());
      } else {
        Plain(c);
        ++at_;
      }
    }
    return out_;
  }

 private:
  Error Wrong(const std::string& what) const {
    return NotUnderstood(what + " of '" + std::string(pattern_) + "'");
  }
  // An operator begins an expression, so what follows is at its start.
  void Operator(char c) {
    out_ += c;
    at_start_ = c == '(' || c == '|';
  }
  void Literal(char c) {
    if (IsIn(c, "\\.+*?()|[]{}^$")) out_ += '\\';
    out_ += c;
    at_start_ = false;
  }

  void Plain(char c) {
    if (c == '.') return Operator('.');
    if (c == '*') return at_start_ ? Literal('*') : Operator('*');
    if (c == '^' && (extended_ || at_start_)) {
      out_ += '^';
      return;  // still at the start
    }
    const std::string_view rest = pattern_.substr(at_ + 1);
    if (c == '$' &&
        (extended_ || rest.empty() || rest.substr(0, 2) == "\\)" || rest.substr(0, 2) == "\\|")) {
      return Operator('$');
    }
    if (extended_ && IsIn(c, "+?()|{}")) return Operator(c);
    Literal(c);
  }

  Status Escape() {
    if (at_ + 1 >= pattern_.size()) return Wrong("a last backslash");
    const char c = pattern_[at_ + 1];
    at_ += 2;
    if (c >= '1' && c <= '9') return Wrong("a back-reference");
    if (!extended_ && IsIn(c, "(){}|+?")) {
      Operator(c);
    } else if (c == '<' || c == '>') {
      out_ += "\\b";
    } else if (IsIn(c, "wWsSbB")) {
      out_ += '\\';
      Operator(c);
    } else if (c == 'n') {
      Literal('\n');
    } else if (c == 't') {
      Literal('\t');
    } else if (c == '`' || c == '\'') {
      return Wrong("'\\" + std::string(1, c) + "'");
    } else {
      Literal(c);
    }
    return Ok();
  }

  Status Set() {
    out_ += '[';
    size_t i = at_ + 1;
    if (i < pattern_.size() && pattern_[i] == '^') {
      out_ += '^';
      ++i;
    }
    for (const size_t first = i; i < pattern_.size(); ++i) {
      const char c = pattern_[i];
      if (c == ']' && i > first) {
        out_ += ']';
        at_ = i + 1;
        at_start_ = false;
        return Ok();
      }
      const std::string_view two = pattern_.substr(i, 2);
      if (two == "[=" || two == "[.") return Wrong("a collating symbol");
      if (two == "[:") {
        const size_t end = pattern_.find(":]", i);
        if (end == std::string_view::npos) break;
        out_ += pattern_.substr(i, end + 2 - i);
        i = end + 1;
        continue;
      }
      if (IsIn(c, "\\[]^")) out_ += '\\';
      out_ += c;
    }
    return Wrong("a bracket that is not closed");
  }

  std::string_view pattern_;
  bool extended_;
  size_t at_ = 0;
  bool at_start_ = true;
  std::string out_;
};

}  // namespace

Result<std::string> FromPosix(std::string_view pattern, bool extended) {
  return Translation(pattern, extended).Run();
}

}  // namespace narrows::findings::benchmark::audit
