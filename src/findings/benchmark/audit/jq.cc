#include "findings/benchmark/audit/jq.h"

extern "C" {
#include <jq.h>
}

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "findings/benchmark/audit/builtins.h"

namespace narrows::findings::benchmark::audit {
namespace {

constexpr size_t kMostProgram = 8 << 10;
constexpr size_t kMostInput = 64u << 20;

// Words of jq programs that always end and see nothing but their input: neither the environment nor
// files, no loops, no regular expressions.
constexpr std::string_view kWords[] = {"if",
                                       "then",
                                       "elif",
                                       "else",
                                       "end",
                                       "and",
                                       "or",
                                       "not",
                                       "null",
                                       "true",
                                       "false",
                                       "as",
                                       "select",
                                       "map",
                                       "map_values",
                                       "length",
                                       "keys",
                                       "has",
                                       "in",
                                       "join",
                                       "split",
                                       "type",
                                       "tostring",
                                       "tonumber",
                                       "tojson",
                                       "startswith",
                                       "endswith",
                                       "contains",
                                       "inside",
                                       "any",
                                       "all",
                                       "add",
                                       "sort",
                                       "sort_by",
                                       "unique",
                                       "unique_by",
                                       "first",
                                       "last",
                                       "empty",
                                       "to_entries",
                                       "from_entries",
                                       "with_entries",
                                       "ascii_downcase",
                                       "ascii_upcase",
                                       "index",
                                       "flatten",
                                       "min",
                                       "max",
                                       "group_by",
                                       "reverse",
                                       "arrays",
                                       "objects",
                                       "strings",
                                       "nulls",
                                       "values",
                                       "booleans",
                                       "numbers",
                                       "scalars",
                                       "iterables",
                                       "ltrimstr",
                                       "rtrimstr",
                                       "csv",
                                       "tsv",
                                       "json",
                                       "text",
                                       "sh"};

bool IsWordChar(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Looks at the words outside of strings and after no dot; what is interpolated is looked at too.
class Inspection {
 public:
  explicit Inspection(const std::string& program) : program_(program) {}

  Status Run() {
    RETURN_IF_ERROR(Expression(0));
    return Ok();
  }

 private:
  Status Expression(int depth) {
    if (depth > 16) return NotUnderstood("jq '" + program_ + "'");
    int parentheses = 0;
    while (at_ < program_.size()) {
      const char c = program_[at_];
      if (c == '"') {
        RETURN_IF_ERROR(String(depth));
      } else if (c == '(') {
        ++parentheses;
        ++at_;
      } else if (c == ')') {
        ++at_;
        if (--parentheses < 0 && depth > 0) return Ok();
      } else if (c == '#') {
        return NotUnderstood("a comment in jq '" + program_ + "'");
      } else if (IsWordChar(c) || c == '$') {
        RETURN_IF_ERROR(Word());
      } else {
        ++at_;
      }
    }
    return Ok();
  }

  Status Word() {
    const size_t begin = at_++;
    while (at_ < program_.size() && IsWordChar(program_[at_])) ++at_;
    const std::string word = program_.substr(begin, at_ - begin);
    const bool field = begin > 0 && program_[begin - 1] == '.';
    const bool key = at_ < program_.size() && program_[at_] == ':' && word[0] != '$';
    const bool number = word[0] >= '0' && word[0] <= '9';
    if (field || key || number || (word[0] == '$' && word != "$ENV" && word != "$__prog_args"))
      return Ok();
    if (std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords)) return Ok();
    return NotUnderstood("'" + word + "' of jq '" + program_ + "'");
  }

  Status String(int depth) {
    for (++at_; at_ < program_.size(); ++at_) {
      if (program_[at_] == '"') {
        ++at_;
        return Ok();
      }
      if (program_[at_] != '\\') continue;
      ++at_;
      if (at_ < program_.size() && program_[at_] == '(') {
        ++at_;
        RETURN_IF_ERROR(Expression(depth + 1));
        --at_;
      }
    }
    return Ok();
  }

  const std::string& program_;
  size_t at_ = 0;
};

void IgnoreMessage(void*, jv message) { jv_free(message); }

// A jv that is freed at the end of its life.
class Value {
 public:
  explicit Value(jv value) : value_(value) {}
  ~Value() { jv_free(value_); }
  Value(const Value&) = delete;
  Value& operator=(const Value&) = delete;
  jv Copy() const { return jv_copy(value_); }
  bool valid() const { return jv_is_valid(value_) != 0; }
  bool is_string() const { return jv_get_kind(value_) == JV_KIND_STRING; }
  std::string Text() const {
    return std::string(jv_string_value(value_),
                       static_cast<size_t>(jv_string_length_bytes(jv_copy(value_))));
  }

 private:
  jv value_;
};

// The message of an invalid value, which this takes; nothing where it only says "no more".
std::optional<std::string> MessageOf(jv invalid) {
  if (jv_invalid_has_msg(jv_copy(invalid)) == 0) {
    jv_free(invalid);
    return std::nullopt;
  }
  jv message = jv_invalid_get_msg(invalid);
  if (jv_get_kind(message) != JV_KIND_STRING) message = jv_dump_string(message, 0);
  return Value(message).Text();
}

class Run {
 public:
  Run(Call& call, jq_state* program, bool raw, bool compact)
      : call_(call),
        program_(program),
        raw_(raw),
        flags_(compact ? 0 : JV_PRINT_PRETTY | JV_PRINT_INDENT_FLAGS(2)) {}

  Result<int> On(std::string_view text) {
    jv_parser* parser = jv_parser_new(0);
    Result<int> status = Parse(parser, text);
    jv_parser_free(parser);
    return status;
  }

 private:
  Result<int> Parse(jv_parser* parser, std::string_view text) {
    const auto lines = Lines(text);
    for (size_t i = 0; i < std::max<size_t>(lines.size(), 1); ++i) {
      const std::string_view line = lines.empty() ? std::string_view("") : lines[i];
      const bool last = i + 1 >= lines.size();
      jv_parser_set_buf(parser, line.data(), static_cast<int>(line.size()), last ? 0 : 1);
      line_ += !line.empty() && line.back() == '\n' ? 1 : 0;
      while (true) {
        jv next = jv_parser_next(parser);
        if (jv_is_valid(next) == 0) {
          const auto message = MessageOf(next);
          if (!message) break;
          call_.Say("parse error: " + *message + "\n");
          return 2;
        }
        RETURN_IF_ERROR(Apply(next));
      }
    }
    return status_;
  }

  Status Apply(jv input) {
    RETURN_IF_ERROR(call_.session().Step());
    jq_start(program_, input, 0);
    while (true) {
      jv result = jq_next(program_);
      if (jv_is_valid(result) == 0) {
        if (const auto message = MessageOf(result)) {
          call_.Say("jq: error (at <stdin>:" + std::to_string(line_) + "): " + *message + "\n");
          status_ = 5;
        }
        return Ok();
      }
      RETURN_IF_ERROR(call_.session().Step());
      const Value value(result);
      const bool text = raw_ && value.is_string();
      call_.streams.out.Write(
          (text ? value.Text() : Value(jv_dump_string(value.Copy(), flags_)).Text()) + "\n");
    }
  }

  Call& call_;
  jq_state* program_;
  bool raw_;
  int flags_;
  int status_ = 0;
  size_t line_ = 0;
};

}  // namespace

JqPrograms::~JqPrograms() {
  for (auto& [text, program] : programs_) jq_teardown(&program);
}

Result<jq_state*> JqPrograms::Compile(const std::string& program) {
  const auto found = programs_.find(program);
  if (found != programs_.end()) return found->second;
  if (program.size() > kMostProgram || program.find('\0') != std::string::npos)
    return NotUnderstood("a jq program of more than 8 KiB");
  RETURN_IF_ERROR(Inspection(program).Run());
  if (programs_.size() >= 100) {
    for (auto& [text, old] : programs_) jq_teardown(&old);
    programs_.clear();
  }
  jq_state* compiled = jq_init();
  if (compiled == nullptr) return ResourceExhausted("no memory for jq");
  jq_set_error_cb(compiled, IgnoreMessage, nullptr);
  if (jq_compile(compiled, program.c_str()) == 0) {
    jq_teardown(&compiled);
    return NotUnderstood("jq '" + program + "'");
  }
  programs_[program] = compiled;
  return compiled;
}

Result<int> RunJq(Call& call) {
  ASSIGN_OR_RETURN(const Options options,
                   ReadOptions(call, "rc", {{"raw-output", 'r'}, {"compact-output", 'c'}}));
  if (options.operands.size() != 1) return NotUnderstood("jq but for one program on its input");
  ASSIGN_OR_RETURN(jq_state * program, call.session().jq().Compile(options.operands[0]));
  const std::string_view text = call.streams.in->Rest();
  if (text.size() > kMostInput) return ResourceExhausted("jq is given more than 64 MiB");
  return Run(call, program, options.Has('r'), options.Has('c')).On(text);
}

}  // namespace narrows::findings::benchmark::audit
