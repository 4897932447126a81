// The shell's own commands, and the shell itself.
#include <algorithm>

#include "base/strings.h"
#include "findings/benchmark/audit/builtins.h"

namespace narrows::findings::benchmark::audit {
namespace {

bool IsOctal(char c) { return c >= '0' && c <= '7'; }

// Replaces escapes as dash's echo does; true when \c ends the output.
bool Unescape(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 >= text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    static constexpr std::string_view kLetters = "abfnrtv\\";
    static constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\";
    const size_t known = kLetters.find(c);
    if (c == 'c') return true;
    if (known != std::string_view::npos) {
      out += kBytes[known];
    } else if (c == '0') {
      unsigned byte = 0;
      for (int digits = 0; digits < 3 && i + 1 < text.size() && IsOctal(text[i + 1]); ++digits)
        byte = byte * 8 + static_cast<unsigned>(text[++i] - '0');
      out += static_cast<char>(byte);
    } else {
      out += '\\';
      out += c;
    }
  }
  return false;
}

// Evaluates `test`; operands and operators as POSIX and dash have them.
class TestExpression {
 public:
  TestExpression(Call& call, std::vector<std::string> words)
      : call_(call), words_(std::move(words)) {}

  // 0 true, 1 false, 2 after a message.
  int Run() {
    if (words_.empty()) return 1;
    if (words_.size() == 3 && IsBinary(words_[1])) return Status(Binary());
    if (words_.size() == 4 && words_[0] == "!" && IsBinary(words_[2])) {
      at_ = 1;
      return Status(!Binary());
    }
    const bool holds = Or();
    if (!failed_ && at_ < words_.size()) Fail(words_[at_ - 1] + ": unexpected operator");
    return Status(holds);
  }
  const std::string& message() const { return message_; }

 private:
  int Status(bool holds) const { return failed_ ? 2 : holds ? 0 : 1; }
  void Fail(const std::string& what) {
    if (failed_) return;
    failed_ = true;
    message_ = what;
  }
  bool Has(size_t count) const { return at_ + count <= words_.size(); }

  static bool IsBinary(const std::string& word) {
    static constexpr std::string_view kOperators[] = {"=",   "!=",  "-eq", "-ne", "-lt", "-le",
                                                      "-gt", "-ge", "<",   ">",   "-nt", "-ot"};
    return std::find(std::begin(kOperators), std::end(kOperators), word) != std::end(kOperators);
  }

  bool Or() {
    bool holds = And();
    while (!failed_ && Has(1) && words_[at_] == "-o") {
      ++at_;
      const bool right = And();
      holds = holds || right;
    }
    return holds;
  }
  bool And() {
    bool holds = Not();
    while (!failed_ && Has(1) && words_[at_] == "-a") {
      ++at_;
      const bool right = Not();
      holds = holds && right;
    }
    return holds;
  }
  bool Not() {
    bool inverted = false;
    while (Has(2) && words_[at_] == "!") {
      inverted = !inverted;
      ++at_;
    }
    return Primary() != inverted;
  }
  bool Primary() {
    if (!Has(1)) {
      Fail("argument expected");
      return false;
    }
    if (Has(2) && IsBinary(words_[at_ + 1])) {
      if (Has(3)) return Binary();
      Fail(words_[at_ + 1] + ": argument expected");
      return false;
    }
    if (words_[at_] == "(" && Has(3)) {
      ++at_;
      const bool holds = Or();
      if (!Has(1) || words_[at_] != ")") {
        Fail("closing paren expected");
        return false;
      }
      ++at_;
      return holds;
    }
    const std::string& word = words_[at_];
    if (Has(2) && word.size() == 2 && word[0] == '-' &&
        std::string_view("bcdefghknprstuwxzLSO").find(word[1]) != std::string_view::npos) {
      at_ += 2;
      return Unary(word[1], words_[at_ - 1]);
    }
    ++at_;
    return !word.empty();
  }

  bool Binary() {
    const std::string& left = words_[at_];
    const std::string& op = words_[at_ + 1];
    const std::string& right = words_[at_ + 2];
    at_ += 3;
    if (op == "=") return left == right;
    if (op == "!=") return left != right;
    if (op == "<") return left < right;
    if (op == ">") return left > right;
    if (op == "-nt" || op == "-ot") {
      Fail(op + ": unexpected operator");
      return false;
    }
    const auto a = Number(left);
    const auto b = Number(right);
    if (failed_) return false;
    if (op == "-eq") return a == b;
    if (op == "-ne") return a != b;
    if (op == "-lt") return a < b;
    if (op == "-le") return a <= b;
    return op == "-gt" ? a > b : a >= b;
  }
  int64_t Number(const std::string& text) {
    const auto number = ParseInt(Trim(text));
    if (!number) Fail("Illegal number: " + text);
    return number.value_or(0);
  }

  bool Unary(char op, const std::string& operand) {
    if (op == 'n') return !operand.empty();
    if (op == 'z') return operand.empty();
    if (op == 't') return false;
    if (operand.empty()) return false;
    const auto status = call_.node().Stat(AbsolutePath(operand), op != 'h' && op != 'L');
    if (!status.has_value()) return false;
    switch (op) {
      case 'e':
      case 'r':
      case 'w':
        return true;  // audits run as root
      case 'x':
        return status->type == FileStatus::Type::kDirectory || (status->mode & 0111) != 0;
      case 'f':
        return status->type == FileStatus::Type::kFile;
      case 'd':
        return status->type == FileStatus::Type::kDirectory;
      case 'h':
      case 'L':
        return status->type == FileStatus::Type::kLink;
      case 's':
        return status->size > 0;
      case 'u':
        return (status->mode & 04000) != 0;
      case 'g':
        return (status->mode & 02000) != 0;
      case 'k':
        return (status->mode & 01000) != 0;
      case 'O':
        return status->uid == 0;
      default:
        return false;  // devices, pipes and sockets
    }
  }

  Call& call_;
  std::vector<std::string> words_;
  size_t at_ = 0;
  bool failed_ = false;
  std::string message_;
};

Result<std::string> Formatted(const std::string& format, const std::vector<std::string>& values,
                              size_t& next) {
  std::string out;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '\\') {
      const size_t end = std::min(i + 2, format.size());
      Unescape(std::string_view(format).substr(i, end - i), out);
      ++i;
      continue;
    }
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    if (++i >= format.size()) return NotUnderstood("printf '" + format + "'");
    if (format[i] == '%') {
      out += '%';
      continue;
    }
    const std::string value = next < values.size() ? values[next] : "";
    ++next;
    if (format[i] == 's') {
      out += value;
    } else if (format[i] == 'b') {
      Unescape(value, out);
    } else if (format[i] == 'd' || format[i] == 'i') {
      const auto number = value.empty() ? std::optional<int64_t>(0) : ParseInt(value);
      if (!number) return NotUnderstood("printf %d of '" + value + "'");
      out += std::to_string(*number);
    } else {
      return NotUnderstood("printf %" + std::string(1, format[i]));
    }
  }
  return out;
}

std::string EchoText(const std::vector<std::string>& arguments, bool escapes) {
  size_t first = 0;
  const bool no_newline = !arguments.empty() && arguments[0] == "-n";
  if (no_newline) ++first;
  std::string out;
  for (size_t i = first; i < arguments.size(); ++i) {
    if (i > first) out += ' ';
    if (!escapes) {
      out += arguments[i];
    } else if (Unescape(arguments[i], out)) {
      return out;
    }
  }
  return no_newline ? out : out + "\n";
}

}  // namespace

Result<int> RunTrue(Call&) { return 0; }
Result<int> RunFalse(Call&) { return 1; }

Result<int> RunEcho(Call& call) {
  call.streams.out.Write(EchoText(call.arguments, true));
  return 0;
}

Result<int> RunExternalEcho(Call& call) {
  if (!call.arguments.empty() && (call.arguments[0] == "-e" || call.arguments[0] == "-E"))
    return NotUnderstood("echo " + call.arguments[0]);
  call.streams.out.Write(EchoText(call.arguments, false));
  return 0;
}

Result<int> RunPrintf(Call& call) {
  if (call.arguments.empty()) return NotUnderstood("printf without a format");
  const std::string& format = call.arguments[0];
  const std::vector<std::string> values(call.arguments.begin() + 1, call.arguments.end());
  size_t next = 0;
  do {
    const size_t before = next;
    ASSIGN_OR_RETURN(const std::string text, Formatted(format, values, next));
    call.streams.out.Write(text);
    RETURN_IF_ERROR(call.session().Step());
    if (next == before) break;
  } while (next < values.size());
  return 0;
}

Result<int> RunTest(Call& call) {
  std::vector<std::string> words = call.arguments;
  const std::string base = call.Base();
  const auto say = [&](const std::string& what) {
    call.Say(call.shell.name() + ": " + std::to_string(call.line) + ": " + base + ": " + what +
             "\n");
    return 2;
  };
  if (base == "[") {
    if (words.empty() || words.back() != "]") return say("missing ]");
    words.pop_back();
  }
  TestExpression expression(call, std::move(words));
  const int status = expression.Run();
  return status == 2 ? say(expression.message()) : status;
}

Result<int> RunRead(Call& call) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(call, "r"));
  if (options.operands.empty()) return NotUnderstood("read without a name");
  const bool raw = options.Has('r');
  std::string line;
  bool ended = false;
  while (!ended) {
    if (call.streams.in->AtEnd()) break;
    std::string_view piece = call.streams.in->Line();
    ended = !piece.empty() && piece.back() == '\n';
    piece = WithoutNewline(piece);
    if (raw) {
      line += piece;
      break;
    }
    bool continued = false;
    for (size_t i = 0; i < piece.size(); ++i) {
      if (piece[i] == '\\') {
        if (++i >= piece.size()) {
          continued = ended;
          break;
        }
      }
      line += piece[i];
    }
    if (!continued) break;
    ended = false;
  }
  RETURN_IF_ERROR(call.session().Step());
  const std::string separators = call.shell.Get("IFS").value_or(" \t\n");
  const auto fields = SplitFields(line, separators, options.operands.size());
  for (size_t i = 0; i < options.operands.size(); ++i)
    call.shell.Set(options.operands[i], i < fields.size() ? fields[i] : "");
  return ended ? 0 : 1;
}

Result<int> RunExport(Call& call) {
  for (const std::string& argument : call.arguments) {
    if (argument.empty() || argument[0] == '-') return NotUnderstood("export " + argument);
    const size_t equals = argument.find('=');
    if (equals != std::string::npos)
      call.shell.Set(argument.substr(0, equals), argument.substr(equals + 1));
  }
  return 0;
}

Result<int> RunUnset(Call& call) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(call, "v"));
  for (const std::string& name : options.operands) call.shell.Unset(name);
  return 0;
}

Result<int> RunBreak(Call& call) {
  int levels = 1;
  if (!call.arguments.empty()) {
    const auto number = ParseInt(call.arguments[0]);
    if (!number || *number < 1 || *number > 100) return NotUnderstood("break " + call.arguments[0]);
    levels = static_cast<int>(*number);
  }
  if (call.shell.loops() == 0) return 0;
  levels = std::min(levels, call.shell.loops());
  call.shell.SetFlow(call.name == "break" ? Shell::Flow::kBreak : Shell::Flow::kContinue, levels);
  return 0;
}

Result<int> RunExit(Call& call) {
  int status = call.shell.last_status();
  if (!call.arguments.empty()) {
    const auto number = ParseInt(call.arguments[0]);
    if (!number || *number < 0 || *number > 255) return NotUnderstood("exit " + call.arguments[0]);
    status = static_cast<int>(*number);
  }
  call.shell.SetFlow(Shell::Flow::kExit, 0);
  return status;
}

Result<int> RunSh(Call& call) {
  if (call.arguments.size() < 2 || call.arguments[0] != "-c")
    return NotUnderstood("sh without -c and a script");
  std::string name = call.name;
  std::vector<std::string> arguments;
  if (call.arguments.size() > 2) {
    name = call.arguments[2];
    arguments.assign(call.arguments.begin() + 3, call.arguments.end());
  }
  RETURN_IF_ERROR(call.session().EnterShell());
  ASSIGN_OR_RETURN(const List list, ParseScript(call.arguments[1]));
  Shell shell(call.session(), std::move(name), std::move(arguments));
  ASSIGN_OR_RETURN(const int status, shell.Run(list, call.streams));
  call.session().LeaveShell();
  return status;
}

}  // namespace narrows::findings::benchmark::audit
