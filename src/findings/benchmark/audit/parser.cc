#include <algorithm>

#include "base/strings.h"
#include "findings/benchmark/audit/syntax.h"

namespace narrows::findings::benchmark::audit {
namespace {

constexpr size_t kMostBytes = 64 << 10;
constexpr int kMostDepth = 40;

bool IsNameStart(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameChar(char c) { return IsNameStart(c) || IsDigit(c); }
bool EndsWord(char c) { return std::string_view(" \t\n;&|<>()").find(c) != std::string_view::npos; }

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void AddText(Word& word, std::string_view text, bool quoted) {
  if (!word.empty() && word.back().kind == Part::Kind::kText && word.back().quoted == quoted) {
    word.back().text += text;
    return;
  }
  Part part;
  part.quoted = quoted;
  part.text = text;
  word.push_back(std::move(part));
}

class Parser {
 public:
  Parser(std::string_view text, int line, int depth) : text_(text), line_(line), depth_(depth) {}

  Result<List> Script() {
    if (text_.size() > kMostBytes) return ResourceExhausted("an audit of more than 64 KiB");
    ASSIGN_OR_RETURN(List list, ListUntil({}));
    if (at_ < text_.size()) return Wrong("'" + std::string(1, text_[at_]) + "'");
    return list;
  }

 private:
  Error Wrong(const std::string& what) const {
    return NotUnderstood(what + ", line " + std::to_string(line_));
  }
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool StartsWith(std::string_view prefix) const {
    return text_.substr(at_, prefix.size()) == prefix;
  }
  bool AtEnd() const { return at_ >= text_.size(); }

  Status Enter() {
    if (++depth_ > kMostDepth) return ResourceExhausted("an audit of more than 40 levels");
    return Ok();
  }

  void SkipBlanks() {
    for (; !AtEnd(); ++at_) {
      if (StartsWith("\\\n")) {
        ++at_;
        ++line_;
      } else if (Peek() == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size()) - 1;
      } else if (Peek() != ' ' && Peek() != '\t' && Peek() != '\r') {
        return;
      }
    }
  }
  void SkipNewlines() {
    for (SkipBlanks(); Peek() == '\n'; SkipBlanks()) {
      ++line_;
      ++at_;
    }
  }

  // The reserved word here, if it is one of these.
  bool AtKeyword(std::initializer_list<std::string_view> words) {
    SkipBlanks();
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
      return StartsWith(word) && (at_ + word.size() >= text_.size() || EndsWord(Peek(word.size())));
    });
  }
  Status Expect(std::string_view keyword) {
    SkipNewlines();
    if (!AtKeyword({keyword})) return Wrong("no '" + std::string(keyword) + "'");
    at_ += keyword.size();
    return Ok();
  }

  // Up to one of the keywords, a closing parenthesis or the end; neither is consumed.
  Result<List> ListUntil(std::initializer_list<std::string_view> keywords) {
    RETURN_IF_ERROR(Enter());
    List list;
    auto joint = List::Item::Joint::kAlways;
    while (true) {
      SkipNewlines();
      if (AtEnd() || Peek() == ')' || AtKeyword(keywords)) break;
      List::Item item;
      item.joint = joint;
      ASSIGN_OR_RETURN(item.pipeline, OnePipeline());
      list.items.push_back(std::move(item));
      SkipBlanks();
      joint = List::Item::Joint::kAlways;
      if (StartsWith("&&") || StartsWith("||")) {
        joint = Peek() == '&' ? List::Item::Joint::kAnd : List::Item::Joint::kOr;
        at_ += 2;
        SkipNewlines();
        if (AtEnd()) return Wrong("a list that ends with && or ||");
      } else if (Peek() == ';') {
        if (StartsWith(";;")) return Wrong("';;'");
        ++at_;
      } else if (Peek() == '&') {
        return Wrong("'&', a command in the background");
      } else if (!AtEnd() && Peek() != '\n' && Peek() != ')' && !AtKeyword(keywords)) {
        return Wrong("'" + std::string(1, Peek()) + "' after a command");
      }
    }
    --depth_;
    return list;
  }

  Result<List> NonEmptyListUntil(std::initializer_list<std::string_view> keywords) {
    ASSIGN_OR_RETURN(List list, ListUntil(keywords));
    if (list.items.empty()) return Wrong("an empty list of commands");
    return list;
  }

  Result<Pipeline> OnePipeline() {
    Pipeline pipeline;
    while (AtKeyword({"!"})) {
      ++at_;
      pipeline.negated = !pipeline.negated;
    }
    while (true) {
      ASSIGN_OR_RETURN(Command command, OneCommand());
      pipeline.commands.push_back(std::move(command));
      SkipBlanks();
      if (Peek() != '|' || StartsWith("||")) return pipeline;
      ++at_;
      SkipNewlines();
    }
  }

  Result<Command> OneCommand() {
    SkipBlanks();
    if (AtKeyword(
            {"case", "function", "select", "then", "else", "elif", "fi", "do", "done", "}"})) {
      const size_t end = std::min(text_.find_first_of(" \t\n;", at_), text_.size());
      return Wrong("'" + std::string(text_.substr(at_, end - at_)) + "'");
    }
    Command command;
    command.line = line_;
    if (AtKeyword({"if"})) {
      RETURN_IF_ERROR(If(command));
    } else if (AtKeyword({"for"})) {
      RETURN_IF_ERROR(For(command));
    } else if (AtKeyword({"while", "until"})) {
      RETURN_IF_ERROR(While(command));
    } else if (AtKeyword({"{"})) {
      ++at_;
      command.kind = Command::Kind::kGroup;
      ASSIGN_OR_RETURN(List body, NonEmptyListUntil({"}"}));
      command.bodies.push_back(std::move(body));
      RETURN_IF_ERROR(Expect("}"));
    } else if (Peek() == '(') {
      ++at_;
      command.kind = Command::Kind::kSubshell;
      ASSIGN_OR_RETURN(List body, NonEmptyListUntil({}));
      command.bodies.push_back(std::move(body));
      if (Peek() != ')') return Wrong("no ')'");
      ++at_;
    } else {
      return Simple();
    }
    for (SkipBlanks(); AtRedirection(); SkipBlanks()) RETURN_IF_ERROR(Redirect(command));
    return command;
  }

  Status If(Command& command) {
    command.kind = Command::Kind::kIf;
    at_ += 2;
    while (true) {
      ASSIGN_OR_RETURN(List condition, NonEmptyListUntil({"then"}));
      RETURN_IF_ERROR(Expect("then"));
      ASSIGN_OR_RETURN(List body, NonEmptyListUntil({"elif", "else", "fi"}));
      command.conditions.push_back(std::move(condition));
      command.bodies.push_back(std::move(body));
      if (!AtKeyword({"elif"})) break;
      at_ += 4;
    }
    if (AtKeyword({"else"})) {
      at_ += 4;
      ASSIGN_OR_RETURN(List body, NonEmptyListUntil({"fi"}));
      command.bodies.push_back(std::move(body));
    }
    return Expect("fi");
  }

  Status For(Command& command) {
    command.kind = Command::Kind::kFor;
    at_ += 3;
    SkipBlanks();
    while (IsNameChar(Peek())) command.variable += text_[at_++];
    if (command.variable.empty()) return Wrong("'for' without a name");
    RETURN_IF_ERROR(Expect("in"));
    for (SkipBlanks(); !AtEnd() && !EndsWord(Peek()); SkipBlanks()) {
      ASSIGN_OR_RETURN(Word word, OneWord());
      command.words.push_back(std::move(word));
    }
    if (Peek() == ';') ++at_;
    return Body(command);
  }

  Status While(Command& command) {
    command.kind = Peek() == 'w' ? Command::Kind::kWhile : Command::Kind::kUntil;
    at_ += 5;
    ASSIGN_OR_RETURN(List condition, NonEmptyListUntil({"do"}));
    command.conditions.push_back(std::move(condition));
    return Body(command);
  }

  Status Body(Command& command) {
    RETURN_IF_ERROR(Expect("do"));
    ASSIGN_OR_RETURN(List body, NonEmptyListUntil({"done"}));
    command.bodies.push_back(std::move(body));
    return Expect("done");
  }

  Result<Command> Simple() {
    Command command;
    command.line = line_;
    for (SkipBlanks(); !AtEnd(); SkipBlanks()) {
      if (AtRedirection()) {
        RETURN_IF_ERROR(Redirect(command));
        continue;
      }
      if (Peek() == '(') return Wrong("'(' after a word");
      if (EndsWord(Peek())) break;
      size_t name = 0;
      while (IsNameChar(Peek(name))) ++name;
      if (command.words.empty() && name > 0 && IsNameStart(Peek()) && Peek(name) == '=') {
        Assignment assignment;
        assignment.name = text_.substr(at_, name);
        at_ += name + 1;
        ASSIGN_OR_RETURN(assignment.value, OneWord());
        command.assignments.push_back(std::move(assignment));
        continue;
      }
      ASSIGN_OR_RETURN(Word word, OneWord());
      command.words.push_back(std::move(word));
    }
    if (command.words.empty() && command.assignments.empty() && command.redirections.empty())
      return Wrong(AtEnd() ? "a command that is missing" : "'" + std::string(1, Peek()) + "'");
    return command;
  }

  bool AtRedirection() const {
    const char c = Peek();
    return c == '<' || c == '>' || (IsDigit(c) && (Peek(1) == '<' || Peek(1) == '>'));
  }

  Status Redirect(Command& command) {
    Redirection redirection;
    const bool numbered = IsDigit(Peek());
    const int number = Peek() - '0';
    if (numbered) ++at_;
    const bool input = Peek() == '<';
    redirection.descriptor = numbered ? number : input ? 0 : 1;
    ++at_;
    if (input && (Peek() == '<' || Peek() == '&' || Peek() == '>'))
      return Wrong("'<" + std::string(1, Peek()) + "'");
    redirection.kind = input ? Redirection::Kind::kInput : Redirection::Kind::kOutput;
    if (Peek() == '&') {
      redirection.kind = Redirection::Kind::kDuplicate;
      ++at_;
    } else if (Peek() == '>' || Peek() == '|') {
      ++at_;
    }
    SkipBlanks();
    ASSIGN_OR_RETURN(redirection.target, OneWord());
    if (redirection.target.empty()) return Wrong("a redirection to nowhere");
    command.redirections.push_back(std::move(redirection));
    return Ok();
  }

  Result<Word> OneWord() {
    Word word;
    while (!AtEnd() && !EndsWord(Peek())) RETURN_IF_ERROR(AddPart(word, false));
    return word;
  }

  // One character or one construct, in double quotes or outside.
  Status AddPart(Word& word, bool quoted) {
    const char c = Peek();
    if (c == '\\') return Escape(word, quoted);
    if (c == '\'' && !quoted) return SingleQuotes(word);
    if (c == '"' && !quoted) return DoubleQuotes(word);
    if (c == '$') return Dollar(word, quoted);
    if (c == '`') return Backquotes(word, quoted);
    if (c == '\n') ++line_;
    AddText(word, std::string_view(&c, 1), quoted);
    ++at_;
    return Ok();
  }

  Status Escape(Word& word, bool quoted) {
    ++at_;
    if (AtEnd()) {
      AddText(word, "\\", true);
      return Ok();
    }
    const char c = text_[at_++];
    if (c == '\n') {
      ++line_;
      return Ok();
    }
    if (quoted && std::string_view("$`\"\\").find(c) == std::string_view::npos)
      AddText(word, "\\", true);
    AddText(word, std::string_view(&c, 1), true);
    return Ok();
  }

  Status SingleQuotes(Word& word) {
    const size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos) return Wrong("a quote that is not closed");
    const std::string_view inner = text_.substr(at_ + 1, end - at_ - 1);
    line_ += static_cast<int>(std::count(inner.begin(), inner.end(), '\n'));
    AddText(word, inner, true);
    at_ = end + 1;
    return Ok();
  }

  Status DoubleQuotes(Word& word) {
    ++at_;
    AddText(word, "", true);
    while (!AtEnd() && Peek() != '"') RETURN_IF_ERROR(AddPart(word, true));
    if (AtEnd()) return Wrong("a quote that is not closed");
    ++at_;
    return Ok();
  }

  Status Dollar(Word& word, bool quoted) {
    ++at_;
    const char c = Peek();
    Part part;
    part.quoted = quoted;
    if (c == '(') {
      if (Peek(1) == '(') return Wrong("'$((', arithmetic");
      ++at_;
      ASSIGN_OR_RETURN(List list, ListUntil({}));
      if (Peek() != ')') return Wrong("'$(' that is not closed");
      ++at_;
      part.kind = Part::Kind::kCommand;
      part.command = std::make_shared<const List>(std::move(list));
    } else if (c == '{') {
      ++at_;
      RETURN_IF_ERROR(Braces(part, quoted));
    } else if (IsNameStart(c)) {
      part.kind = Part::Kind::kVariable;
      while (IsNameChar(Peek())) part.text += text_[at_++];
    } else if (IsDigit(c) || c == '?' || c == '#' || c == '@' || c == '*') {
      part.kind = Part::Kind::kVariable;
      part.text = std::string(1, c);
      ++at_;
    } else if (c == '$' || c == '!' || c == '-') {
      return Wrong("'$" + std::string(1, c) + "'");
    } else {
      AddText(word, "$", quoted);
      return Ok();
    }
    word.push_back(std::move(part));
    return Ok();
  }

  Status Braces(Part& part, bool quoted) {
    RETURN_IF_ERROR(Enter());
    part.kind = Part::Kind::kVariable;
    if (Peek() == '#' && Peek(1) != '}') {
      part.op = "length";
      ++at_;
    }
    if (IsNameStart(Peek())) {
      while (IsNameChar(Peek())) part.text += text_[at_++];
    } else if (IsDigit(Peek()) || IsOneOf(text_.substr(at_, 1), {"?", "#", "@", "*"})) {
      part.text = std::string(1, text_[at_++]);
    }
    if (part.text.empty()) return Wrong("'${' without a name");
    if (part.op.empty() && Peek() != '}') {
      for (const std::string_view op : {":-", ":=", ":+", "%%", "##", "-", "=", "+", "%", "#"}) {
        if (!StartsWith(op)) continue;
        part.op = op;
        break;
      }
      if (part.op.empty()) return Wrong("'${" + part.text + std::string(1, Peek()) + "'");
      at_ += part.op.size();
      const bool pattern = part.op[0] == '%' || part.op[0] == '#';
      while (!AtEnd() && Peek() != '}') RETURN_IF_ERROR(AddPart(part.word, quoted && !pattern));
    }
    if (Peek() != '}') return Wrong("'${' that is not closed");
    ++at_;
    --depth_;
    return Ok();
  }

  Status Backquotes(Word& word, bool quoted) {
    std::string inner;
    const int line = line_;
    for (++at_; !AtEnd() && Peek() != '`'; ++at_) {
      if (Peek() == '\n') ++line_;
      if (Peek() == '\\' && (Peek(1) == '`' || Peek(1) == '\\' || Peek(1) == '$')) ++at_;
      inner += Peek();
    }
    if (AtEnd()) return Wrong("'`' that is not closed");
    ++at_;
    RETURN_IF_ERROR(Enter());
    ASSIGN_OR_RETURN(List list, Parser(inner, line, depth_).Script());
    --depth_;
    Part part;
    part.kind = Part::Kind::kCommand;
    part.quoted = quoted;
    part.command = std::make_shared<const List>(std::move(list));
    word.push_back(std::move(part));
    return Ok();
  }

  std::string_view text_;
  size_t at_ = 0;
  int line_;
  int depth_;
};

}  // namespace

Error NotUnderstood(std::string_view what) {
  return Unimplemented("not understood: " + Printable(what));
}

Result<List> ParseScript(std::string_view script) { return Parser(script, 1, 0).Script(); }

}  // namespace narrows::findings::benchmark::audit
