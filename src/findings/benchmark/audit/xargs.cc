#include "base/strings.h"
#include "findings/benchmark/audit/builtins.h"

namespace narrows::findings::benchmark::audit {
namespace {

// The words of a text as xargs takes them: blanks part, quotes and backslashes join. Nothing where
// a quote is not closed.
std::optional<std::vector<std::string>> Words(std::string_view text, char& open) {
  std::vector<std::string> words;
  std::string word;
  bool exists = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\n') {
      if (exists) words.push_back(std::move(word));
      word.clear();
      exists = false;
      continue;
    }
    exists = true;
    if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
    } else if (c == '"' || c == '\'') {
      const size_t end = text.find_first_of(c == '"' ? "\"\n" : "'\n", i + 1);
      if (end == std::string_view::npos || text[end] != c) {
        open = c;
        return std::nullopt;
      }
      word += text.substr(i + 1, end - i - 1);
      i = end;
    } else {
      word += c;
    }
  }
  if (exists) words.push_back(std::move(word));
  return words;
}

class Xargs {
 public:
  Xargs(Call& call, std::vector<std::string> command) : call_(call), command_(std::move(command)) {}

  // False when xargs must stop.
  Result<bool> Invoke(const std::vector<std::string>& words) {
    Input nothing;
    Streams streams = call_.streams;
    streams.in = &nothing;
    ASSIGN_OR_RETURN(const int status, call_.shell.RunWords(words, streams, call_.line, true));
    if (status == 255) return NotUnderstood("xargs whose command ends with 255");
    if (status != 0) status_ = 123;
    return true;
  }

  Status Append(const std::vector<std::string>& words) {
    std::vector<std::string> all = command_;
    all.insert(all.end(), words.begin(), words.end());
    RETURN_IF_ERROR(Invoke(all));
    return Ok();
  }

  Status Replace(const std::string& what, const std::string& with) {
    std::vector<std::string> words = command_;
    for (size_t i = 1; i < words.size(); ++i) {
      for (size_t at = words[i].find(what); at != std::string::npos;
           at = words[i].find(what, at + with.size()))
        words[i].replace(at, what.size(), with);
    }
    RETURN_IF_ERROR(Invoke(words));
    return Ok();
  }

  int Unclosed(char quote) {
    call_.Say(std::string("xargs: unmatched ") + (quote == '"' ? "double" : "single") +
              " quote; by default quotes are special to xargs unless you use the -0 option\n");
    return 1;
  }

  int status() const { return status_; }

 private:
  Call& call_;
  std::vector<std::string> command_;
  int status_ = 0;
};

}  // namespace

Result<int> RunXargs(Call& call) {
  // Options end at the first word of the command.
  size_t command_at = 0;
  while (command_at < call.arguments.size()) {
    const std::string& word = call.arguments[command_at];
    if (word.size() < 2 || word[0] != '-') break;
    const bool takes_next = word == "-I" || word == "-L" || word == "-n";
    command_at += takes_next ? 2 : 1;
  }
  command_at = std::min(command_at, call.arguments.size());
  const auto middle = call.arguments.begin() + static_cast<std::ptrdiff_t>(command_at);
  std::vector<std::string> command(middle, call.arguments.end());
  if (command.empty()) command.push_back("echo");
  Call options_only{
      call.shell, call.name, {call.arguments.begin(), middle}, call.streams, call.line};
  ASSIGN_OR_RETURN(const Options options,
                   ReadOptions(options_only, "rI:L:n:", {{"no-run-if-empty", 'r'}}));
  Xargs xargs(call, std::move(command));
  const std::string text(call.streams.in->Rest());
  char open = 0;
  const std::string* replaced = options.Last('I');
  const std::string* per_line = options.Last('L');
  if (replaced != nullptr || per_line != nullptr) {
    if (per_line != nullptr && *per_line != "1") return NotUnderstood("xargs -L " + *per_line);
    bool any = false;
    for (const std::string_view with_newline : Lines(text)) {
      const std::string_view line = WithoutNewline(with_newline);
      const auto words = Words(line, open);
      if (!words) return xargs.Unclosed(open);
      if (words->empty()) continue;
      any = true;
      if (per_line != nullptr) {
        if (!line.empty() && (line.back() == ' ' || line.back() == '\t'))
          return NotUnderstood("xargs -L 1 with a line that goes on");
        RETURN_IF_ERROR(xargs.Append(*words));
        continue;
      }
      // The line as one word: blanks before it go, those inside stay.
      const size_t first = line.find_first_not_of(" \t");
      if (line.find_first_of("\\'\"") != std::string_view::npos)
        return NotUnderstood("xargs -I with a quoted line");
      RETURN_IF_ERROR(xargs.Replace(*replaced, std::string(line.substr(first))));
    }
    if (!any && per_line != nullptr && !options.Has('r')) RETURN_IF_ERROR(xargs.Append({}));
    return xargs.status();
  }
  const auto words = Words(text, open);
  if (!words) return xargs.Unclosed(open);
  size_t most = SIZE_MAX;
  if (const std::string* number = options.Last('n')) {
    ASSIGN_OR_RETURN(most, NumberFor(call, 'n', *number));
    if (most == 0) return NotUnderstood("xargs -n 0");
  }
  if (words->empty() && !options.Has('r')) RETURN_IF_ERROR(xargs.Append({}));
  for (size_t i = 0; i < words->size();) {
    const size_t count = std::min(most, words->size() - i);
    const auto begin = words->begin() + static_cast<std::ptrdiff_t>(i);
    RETURN_IF_ERROR(xargs.Append({begin, begin + static_cast<std::ptrdiff_t>(count)}));
    i += count;
  }
  return xargs.status();
}

}  // namespace narrows::findings::benchmark::audit
