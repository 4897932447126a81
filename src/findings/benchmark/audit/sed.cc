#include <re2/re2.h>

#include "base/strings.h"
#include "findings/benchmark/audit/builtins.h"
#include "findings/benchmark/audit/posix_regex.h"

namespace narrows::findings::benchmark::audit {
namespace {

struct Address {
  enum class Kind { kAll, kLine, kLast, kMatch };
  Kind kind = Kind::kAll;
  size_t line = 0;
  const RE2* regex = nullptr;
};

struct Edit {
  Address address;
  bool inverted = false;
  char action = 's';  // s, d, p, q
  const RE2* regex = nullptr;
  // What takes the match's place: text, or a group's number where that is not negative.
  struct Piece {
    int group = -1;
    std::string text;
  };
  std::vector<Piece> replacement;
  bool global = false;
  bool print = false;
  size_t number = 1;  // replaces from this match on
};

// Reads scripts of s, d, p and q with single addresses.
class Reader {
 public:
  Reader(Call& call, std::string_view script, bool extended)
      : call_(call), script_(script), extended_(extended) {}

  Status ReadInto(std::vector<Edit>& edits) {
    while (true) {
      while (at_ < script_.size() &&
             std::string_view(" \t\n;").find(script_[at_]) != std::string_view::npos)
        ++at_;
      if (at_ >= script_.size()) return Ok();
      ASSIGN_OR_RETURN(Edit edit, OneEdit());
      edits.push_back(std::move(edit));
    }
  }

 private:
  Error Wrong() const { return NotUnderstood("sed '" + std::string(script_) + "'"); }
  char Peek() const { return at_ < script_.size() ? script_[at_] : '\0'; }
  void SkipBlanks() {
    while (Peek() == ' ') ++at_;
  }

  Result<const RE2*> Compile(std::string_view pattern, bool ignore_case) {
    ASSIGN_OR_RETURN(const std::string regex, FromPosix(pattern, extended_));
    return call_.session().Regex(regex, ignore_case, true);
  }

  // Up to the next delimiter that is not escaped or in brackets; consumes it.
  Result<std::string> Delimited(char delimiter, bool pattern) {
    std::string out;
    bool in_set = false;
    size_t set_begin = 0;
    for (; at_ < script_.size(); ++at_) {
      const char c = script_[at_];
      if (c == delimiter && !in_set) {
        ++at_;
        return out;
      }
      if (c == '\\' && !in_set && at_ + 1 < script_.size()) {
        const char next = script_[++at_];
        if (next != delimiter) out += '\\';
        out += next;
        continue;
      }
      if (pattern && c == '[' && !in_set) {
        in_set = true;
        set_begin = at_;
      } else if (in_set && c == ']' && at_ > set_begin + 1 &&
                 !(at_ == set_begin + 2 && script_[set_begin + 1] == '^')) {
        in_set = false;
      }
      out += c;
    }
    return Wrong();
  }

  Result<Address> OneAddress() {
    Address address;
    if (Peek() == '$') {
      ++at_;
      address.kind = Address::Kind::kLast;
    } else if (Peek() == '/') {
      ++at_;
      ASSIGN_OR_RETURN(const std::string pattern, Delimited('/', true));
      if (pattern.empty()) return Wrong();
      address.kind = Address::Kind::kMatch;
      ASSIGN_OR_RETURN(address.regex, Compile(pattern, false));
    } else {
      size_t end = at_;
      while (end < script_.size() && script_[end] >= '0' && script_[end] <= '9') ++end;
      if (end == at_) return address;
      const auto line = ParseInt(script_.substr(at_, end - at_));
      if (!line || *line < 1) return Wrong();
      address.kind = Address::Kind::kLine;
      address.line = static_cast<size_t>(*line);
      at_ = end;
    }
    return address;
  }

  Result<Edit> OneEdit() {
    Edit edit;
    ASSIGN_OR_RETURN(edit.address, OneAddress());
    SkipBlanks();
    if (Peek() == '!') {
      edit.inverted = true;
      ++at_;
      SkipBlanks();
    }
    edit.action = Peek();
    ++at_;
    if (edit.action == 's') {
      RETURN_IF_ERROR(Substitution(edit));
    } else if (edit.action != 'd' && edit.action != 'p' && edit.action != 'q') {
      return Wrong();
    }
    SkipBlanks();
    if (at_ < script_.size() && Peek() != ';' && Peek() != '\n') return Wrong();
    return edit;
  }

  Status Substitution(Edit& edit) {
    const char delimiter = Peek();
    if (at_ >= script_.size() || delimiter == '\n' || delimiter == '\\') return Wrong();
    ++at_;
    ASSIGN_OR_RETURN(const std::string pattern, Delimited(delimiter, true));
    ASSIGN_OR_RETURN(const std::string replacement, Delimited(delimiter, false));
    if (pattern.empty()) return Wrong();
    bool ignore_case = false;
    for (; at_ < script_.size() && Peek() != ';' && Peek() != '\n' && Peek() != ' '; ++at_) {
      const char flag = Peek();
      if (flag == 'g') {
        edit.global = true;
      } else if (flag == 'p') {
        edit.print = true;
      } else if (flag == 'i' || flag == 'I') {
        ignore_case = true;
      } else if (flag >= '1' && flag <= '9') {
        edit.number = static_cast<size_t>(flag - '0');
      } else {
        return Wrong();
      }
    }
    ASSIGN_OR_RETURN(edit.regex, Compile(pattern, ignore_case));
    return Replacement(replacement, edit);
  }

  Status Replacement(std::string_view text, Edit& edit) {
    std::string literal;
    const auto group = [&](int number) -> Status {
      if (number > edit.regex->NumberOfCapturingGroups() || number > 9) return Wrong();
      edit.replacement.push_back({-1, std::move(literal)});
      literal.clear();
      edit.replacement.push_back({number, {}});
      return Ok();
    };
    for (size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '&') {
        RETURN_IF_ERROR(group(0));
      } else if (c != '\\') {
        literal += c;
      } else {
        if (++i >= text.size()) return Wrong();
        if (text[i] >= '0' && text[i] <= '9') {
          RETURN_IF_ERROR(group(text[i] - '0'));
        } else if (text[i] == 'n') {
          literal += '\n';
        } else if (text[i] == 't') {
          literal += '\t';
        } else if ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z')) {
          return Wrong();
        } else {
          literal += text[i];
        }
      }
    }
    edit.replacement.push_back({-1, std::move(literal)});
    return Ok();
  }

  Call& call_;
  std::string_view script_;
  bool extended_;
  size_t at_ = 0;
};

bool Selects(const Edit& edit, const std::string& line, size_t number, bool last) {
  bool selected = true;
  if (edit.address.kind == Address::Kind::kLine) selected = number == edit.address.line;
  if (edit.address.kind == Address::Kind::kLast) selected = last;
  if (edit.address.kind == Address::Kind::kMatch)
    selected = RE2::PartialMatch(line, *edit.address.regex);
  return selected != edit.inverted;
}

// The line with its matches replaced; true when there was one.
bool Replace(const Edit& edit, std::string& line) {
  std::string out;
  const re2::StringPiece text(line);
  re2::StringPiece groups[10];
  size_t at = 0;
  size_t copied = 0;
  size_t count = 0;
  bool replaced = false;
  while (at <= line.size() &&
         edit.regex->Match(text, at, line.size(), RE2::UNANCHORED, groups, 10)) {
    const auto begin = static_cast<size_t>(groups[0].data() - line.data());
    const size_t end = begin + groups[0].size();
    if (++count >= edit.number) {
      out += line.substr(copied, begin - copied);
      for (const Edit::Piece& piece : edit.replacement) {
        out += piece.text;
        if (piece.group >= 0) out += std::string(groups[piece.group]);
      }
      copied = end;
      replaced = true;
      if (!edit.global) break;
    }
    at = end;
    if (groups[0].empty()) ++at;
  }
  if (copied < line.size()) out += line.substr(copied);
  if (replaced) line = std::move(out);
  return replaced;
}

}  // namespace

Result<int> RunSed(Call& call) {
  ASSIGN_OR_RETURN(
      const Options options,
      ReadOptions(
          call, "nEre:",
          {{"regexp-extended", 'E'}, {"quiet", 'n'}, {"silent", 'n'}, {"expression", 'e'}}));
  std::vector<std::string> files = options.operands;
  std::vector<std::string> scripts;
  for (const auto& [option, value] : options.given) {
    if (option == 'e') scripts.push_back(value);
  }
  if (scripts.empty()) {
    if (files.empty()) return NotUnderstood("sed without a script");
    scripts.push_back(files.front());
    files.erase(files.begin());
  }
  std::vector<Edit> edits;
  for (const std::string& script : scripts) {
    Reader reader(call, script, options.Has('E') || options.Has('r'));
    RETURN_IF_ERROR(reader.ReadInto(edits));
  }
  int status = 0;
  for (const std::string& file : files) {
    if (!call.node().Stat(AbsolutePath(file), true).has_value())
      return NotUnderstood("sed in a file that is not there");
  }
  const std::string text = ReadOperands(call, files, status);
  const auto lines = Lines(text);
  for (size_t i = 0; i < lines.size(); ++i) {
    RETURN_IF_ERROR(call.session().Step(1 + lines[i].size() / 1024));
    std::string line(WithoutNewline(lines[i]));
    const std::string_view end = lines[i].back() == '\n' ? "\n" : "";
    const bool last = i + 1 == lines.size();
    bool deleted = false;
    bool quit = false;
    for (const Edit& edit : edits) {
      if (!Selects(edit, line, i + 1, last)) continue;
      const bool print =
          edit.action == 's' ? Replace(edit, line) && edit.print : edit.action == 'p';
      if (print) call.streams.out.Write(line + std::string(end));
      deleted = edit.action == 'd';
      quit = edit.action == 'q';
      if (deleted || quit) break;
    }
    if (!deleted && !options.Has('n')) call.streams.out.Write(line + std::string(end));
    if (quit) break;
  }
  return status;
}

}  // namespace narrows::findings::benchmark::audit
