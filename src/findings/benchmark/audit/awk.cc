#include <re2/re2.h>

#include "base/strings.h"
#include "findings/benchmark/audit/builtins.h"
#include "findings/benchmark/audit/posix_regex.h"

namespace narrows::findings::benchmark::audit {
namespace {

// What `print` prints: a field ($0 is the line, NF the last one) or a text.
struct Term {
  enum class Kind { kField, kLastField, kFieldCount, kText };
  Kind kind = Kind::kText;
  size_t field = 0;
  std::string text;
};

struct Program {
  const RE2* pattern = nullptr;
  std::vector<std::vector<Term>> columns;  // terms side by side; commas between columns
};

// Reads programs of the form /pattern/ {print TERM…, TERM…}, either half optional.
class Reader {
 public:
  Reader(Call& call, std::string_view text) : call_(call), text_(text) {}

  Result<Program> Read() {
    Program program;
    SkipBlanks();
    if (Peek() == '/') {
      std::string pattern;
      for (++at_; at_ < text_.size() && Peek() != '/'; ++at_) {
        if (Peek() == '\\' && at_ + 1 < text_.size()) {
          if (text_[at_ + 1] != '/') pattern += '\\';
          ++at_;
        }
        pattern += Peek();
      }
      if (at_ >= text_.size()) return Wrong();
      ++at_;
      ASSIGN_OR_RETURN(const std::string regex, FromPosix(pattern, true));
      ASSIGN_OR_RETURN(program.pattern, call_.session().Regex(regex, false, true));
      SkipBlanks();
      if (at_ == text_.size()) {
        program.columns = {{WholeLine()}};
        return program;
      }
    }
    if (Peek() != '{') return Wrong();
    ++at_;
    SkipBlanks();
    if (text_.substr(at_, 5) != "print" || text_.substr(at_, 6) == "printf") return Wrong();
    at_ += 5;
    RETURN_IF_ERROR(Columns(program));
    if (Peek() == ';') {
      ++at_;
      SkipBlanks();
    }
    if (Peek() != '}') return Wrong();
    ++at_;
    SkipBlanks();
    if (at_ != text_.size()) return Wrong();
    return program;
  }

 private:
  Error Wrong() const { return NotUnderstood("awk '" + std::string(text_) + "'"); }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void SkipBlanks() {
    while (Peek() == ' ' || Peek() == '\t' || Peek() == '\n') ++at_;
  }
  static Term WholeLine() {
    Term term;
    term.kind = Term::Kind::kField;
    return term;
  }

  Status Columns(Program& program) {
    program.columns.emplace_back();
    for (SkipBlanks(); Peek() != '}' && Peek() != ';'; SkipBlanks()) {
      if (Peek() == ',') {
        if (program.columns.back().empty()) return Wrong();
        program.columns.emplace_back();
        ++at_;
        continue;
      }
      ASSIGN_OR_RETURN(Term term, OneTerm());
      program.columns.back().push_back(std::move(term));
    }
    if (program.columns.back().empty()) {
      if (program.columns.size() > 1) return Wrong();
      program.columns = {{WholeLine()}};
    }
    return Ok();
  }

  Result<Term> OneTerm() {
    Term term;
    if (text_.substr(at_, 3) == "$NF") {
      term.kind = Term::Kind::kLastField;
      at_ += 3;
    } else if (text_.substr(at_, 2) == "NF") {
      term.kind = Term::Kind::kFieldCount;
      at_ += 2;
    } else if (Peek() == '$') {
      size_t end = ++at_;
      while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
      const auto field = ParseInt(text_.substr(at_, end - at_));
      if (!field || *field > 10'000) return Wrong();
      term.kind = Term::Kind::kField;
      term.field = static_cast<size_t>(*field);
      at_ = end;
    } else if (Peek() == '"') {
      for (++at_; at_ < text_.size() && Peek() != '"'; ++at_) {
        if (Peek() == '\\') {
          ++at_;
          const size_t known = std::string_view("nt\\\"").find(Peek());
          if (at_ >= text_.size() || known == std::string_view::npos) return Wrong();
          term.text += std::string_view("\n\t\\\"")[known];
        } else {
          term.text += Peek();
        }
      }
      if (at_ >= text_.size()) return Wrong();
      ++at_;
    } else {
      return Wrong();
    }
    const char next = Peek();
    if (std::string_view("+-*/%^.<>=!~&|?[(").find(next) != std::string_view::npos && next != '\0')
      return Wrong();
    return term;
  }

  Call& call_;
  std::string_view text_;
  size_t at_ = 0;
};

// The fields of a line; a null separator means runs of white space.
std::vector<std::string_view> FieldsOf(std::string_view line, const RE2* separator) {
  std::vector<std::string_view> fields;
  if (separator == nullptr) {
    size_t at = line.find_first_not_of(" \t\n");
    while (at != std::string_view::npos) {
      const size_t end = std::min(line.find_first_of(" \t\n", at), line.size());
      fields.push_back(line.substr(at, end - at));
      at = line.find_first_not_of(" \t\n", end);
    }
    return fields;
  }
  if (line.empty()) return fields;
  const re2::StringPiece text(line.data(), line.size());
  re2::StringPiece match;
  size_t begin = 0;
  while (begin <= line.size() &&
         separator->Match(text, begin, line.size(), RE2::UNANCHORED, &match, 1) && !match.empty()) {
    const auto at = static_cast<size_t>(match.data() - line.data());
    fields.push_back(line.substr(begin, at - begin));
    begin = at + match.size();
  }
  fields.push_back(line.substr(begin));
  return fields;
}

void AppendTerm(const Term& term, std::string_view line,
                const std::vector<std::string_view>& fields, std::string& out) {
  switch (term.kind) {
    case Term::Kind::kText:
      out += term.text;
      break;
    case Term::Kind::kFieldCount:
      out += std::to_string(fields.size());
      break;
    case Term::Kind::kLastField:
      out += fields.empty() ? line : fields.back();
      break;
    case Term::Kind::kField:
      if (term.field == 0) {
        out += line;
      } else if (term.field <= fields.size()) {
        out += fields[term.field - 1];
      }
      break;
  }
}

}  // namespace

Result<int> RunAwk(Call& call) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(call, "F:"));
  if (options.operands.empty()) return NotUnderstood("awk without a program");
  ASSIGN_OR_RETURN(const Program program, Reader(call, options.operands.front()).Read());
  const RE2* separator = nullptr;
  const std::string* given = options.Last('F');
  if (given != nullptr && *given != " ") {
    const bool literal = given->size() == 1 && *given != "\\";
    const std::string tab = *given == "t" || *given == "\\t" ? "\t" : *given;
    ASSIGN_OR_RETURN(const std::string regex,
                     literal ? Result<std::string>(RE2::QuoteMeta(tab)) : FromPosix(tab, true));
    ASSIGN_OR_RETURN(separator, call.session().Regex(regex, false, true));
  }
  int status = 0;
  const std::vector<std::string> files(options.operands.begin() + 1, options.operands.end());
  for (const std::string& file : files) {
    if (!call.node().Stat(AbsolutePath(file), true).has_value())
      return NotUnderstood("awk in a file that is not there");
  }
  const std::string text = ReadOperands(call, files, status);
  for (const std::string_view with_newline : Lines(text)) {
    RETURN_IF_ERROR(call.session().Step(1 + with_newline.size() / 1024));
    const std::string_view line = WithoutNewline(with_newline);
    if (program.pattern != nullptr &&
        !RE2::PartialMatch({line.data(), line.size()}, *program.pattern)) {
      continue;
    }
    const auto fields = FieldsOf(line, separator);
    std::string out;
    for (size_t i = 0; i < program.columns.size(); ++i) {
      if (i > 0) out += ' ';
      for (const Term& term : program.columns[i]) AppendTerm(term, line, fields, out);
    }
    call.streams.out.Write(out + "\n");
  }
  return status;
}

}  // namespace narrows::findings::benchmark::audit
