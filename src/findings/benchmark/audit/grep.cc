#include <re2/re2.h>

#include "base/strings.h"
#include "findings/benchmark/audit/builtins.h"
#include "findings/benchmark/audit/posix_regex.h"

namespace narrows::findings::benchmark::audit {
namespace {

constexpr std::string_view kUsage =
    "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n";

Result<std::string> OnePattern(std::string_view pattern, char syntax) {
  if (syntax == 'F') return RE2::QuoteMeta({pattern.data(), pattern.size()});
  if (syntax == 'P') return std::string(pattern);
  return FromPosix(pattern, syntax == 'E');
}

class Grep {
 public:
  Grep(Call& call, const Options& options) : call_(call), options_(options) {}

  Result<int> Run() {
    std::vector<std::string> patterns;
    for (const auto& [option, value] : options_.given) {
      if (option == 'e') patterns.push_back(value);
    }
    std::vector<std::string> files = options_.operands;
    if (patterns.empty()) {
      if (files.empty()) {
        call_.Say(kUsage);
        return 2;
      }
      patterns.push_back(files.front());
      files.erase(files.begin());
    }
    RETURN_IF_ERROR(Compile(patterns));
    RETURN_IF_ERROR(ReadNumbers());
    names_ = (files.size() > 1 && !options_.Has('h')) || options_.Has('H');
    if (files.empty()) files.push_back("-");
    bool any = false;
    bool failed = false;
    for (const std::string& file : files) {
      const auto text = Content(file);
      if (!text) {
        failed = true;
        continue;
      }
      if (text->find('\0') != std::string::npos)
        return NotUnderstood("grep in bytes that are no text");
      ASSIGN_OR_RETURN(const bool selected, Search(file == "-" ? "(standard input)" : file, *text));
      any = any || selected;
      if (any && options_.Has('q')) return 0;
    }
    return failed ? 2 : any ? 0 : 1;
  }

 private:
  std::optional<std::string> Content(const std::string& file) {
    if (file == "-") return ReadOperand(call_, file);
    auto content = call_.node().Read(AbsolutePath(file), call_.session().limits().file_bytes);
    if (content.has_value()) return *std::move(content);
    if (!options_.Has('s')) {
      const std::string why =
          content.error() == EISDIR ? "Is a directory" : ErrnoText(content.error());
      call_.Say("grep: " + file + ": " + why + "\n");
    }
    return std::nullopt;
  }

  Status Compile(const std::vector<std::string>& patterns) {
    char syntax = call_.Base() == "egrep" ? 'E' : call_.Base() == "fgrep" ? 'F' : 'G';
    for (const auto& given : options_.given) {
      if (std::string_view("EFGP").find(given.first) != std::string_view::npos)
        syntax = given.first;
    }
    std::string all;
    for (const std::string& pattern : patterns) {
      for (const std::string_view line : Split(pattern, '\n')) {
        ASSIGN_OR_RETURN(const std::string one, OnePattern(line, syntax));
        all += (all.empty() ? "(?:" : "|(?:") + one + ")";
      }
    }
    if (options_.Has('w')) {
      if (options_.Has('o')) return NotUnderstood("grep -o with -w");
      all = "(?:^|\\W)(?:" + all + ")(?:\\W|$)";
    }
    if (options_.Has('x')) all = "^(?:" + all + ")$";
    ASSIGN_OR_RETURN(
        regex_, call_.session().Regex(all, options_.Has('i') || options_.Has('y'), syntax != 'P'));
    return Ok();
  }

  Status ReadNumbers() {
    for (const auto& [option, value] : options_.given) {
      if (std::string_view("ABCm").find(option) == std::string_view::npos) continue;
      ASSIGN_OR_RETURN(const size_t number, NumberFor(call_, option, value));
      if (option == 'A' || option == 'C') after_ = number;
      if (option == 'B' || option == 'C') before_ = number;
      if (option == 'm') most_ = number;
    }
    return Ok();
  }

  void Print(const std::string& name, size_t line_number, std::string_view line, char mark) {
    std::string prefix;
    if (names_) prefix = name + mark;
    if (options_.Has('n')) prefix += std::to_string(line_number + 1) + mark;
    call_.streams.out.Write(prefix + std::string(WithoutNewline(line)) + "\n");
  }

  void PrintMatches(const std::string& name, size_t number, std::string_view line) {
    re2::StringPiece rest(line.data(), line.size());
    size_t at = 0;
    re2::StringPiece match;
    while (at <= line.size() && regex_->Match(rest, at, line.size(), RE2::UNANCHORED, &match, 1)) {
      at = static_cast<size_t>(match.data() - line.data()) + match.size();
      if (match.empty()) {
        ++at;
        continue;
      }
      Print(name, number, std::string_view(match.data(), match.size()), ':');
    }
  }

  Result<bool> Search(const std::string& name, const std::string& text) {
    const auto lines = Lines(text);
    RETURN_IF_ERROR(call_.session().Step(lines.size() + text.size() / 1024));
    size_t selected = 0;
    size_t printed = 0;  // all lines before this one were printed or passed
    size_t until = 0;    // lines before this one follow a selected one
    for (size_t i = 0; i < lines.size() && selected < most_; ++i) {
      const std::string_view line = WithoutNewline(lines[i]);
      const bool matches = RE2::PartialMatch({line.data(), line.size()}, *regex_);
      if (matches == options_.Has('v')) {
        if (i < until) {
          Print(name, i, line, '-');
          printed = i + 1;
        }
        continue;
      }
      ++selected;
      if (options_.Has('q') || options_.Has('l')) break;
      if (options_.Has('c')) continue;
      if (options_.Has('o')) {
        if (!options_.Has('v')) PrintMatches(name, i, line);
        continue;
      }
      size_t from = i > before_ ? i - before_ : 0;
      if (from < printed) from = printed;
      if ((after_ > 0 || before_ > 0) && any_ && from > printed) call_.streams.out.Write("--\n");
      for (; from < i; ++from) Print(name, from, lines[from], '-');
      Print(name, i, line, ':');
      any_ = true;
      printed = i + 1;
      until = i + 1 + after_;
      if (selected == most_) {
        for (; printed < until && printed < lines.size(); ++printed)
          Print(name, printed, lines[printed], '-');
      }
    }
    if (options_.Has('q')) return selected > 0;
    if (options_.Has('l') && selected > 0) call_.streams.out.Write(name + "\n");
    if (options_.Has('c') && !options_.Has('l'))
      call_.streams.out.Write((names_ ? name + ":" : "") + std::to_string(selected) + "\n");
    return selected > 0;
  }

  Call& call_;
  const Options& options_;
  const RE2* regex_ = nullptr;
  size_t after_ = 0;
  size_t before_ = 0;
  size_t most_ = SIZE_MAX;
  bool names_ = false;
  bool any_ = false;
};

}  // namespace

Result<int> RunGrep(Call& call) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(call, "EFGPivoqcnwxhHlse:A:B:C:m:",
                                                      {{"extended-regexp", 'E'},
                                                       {"fixed-strings", 'F'},
                                                       {"perl-regexp", 'P'},
                                                       {"ignore-case", 'i'},
                                                       {"invert-match", 'v'},
                                                       {"only-matching", 'o'},
                                                       {"quiet", 'q'},
                                                       {"silent", 'q'},
                                                       {"count", 'c'},
                                                       {"regexp", 'e'},
                                                       {"word-regexp", 'w'},
                                                       {"line-regexp", 'x'},
                                                       {"no-filename", 'h'},
                                                       {"no-messages", 's'},
                                                       {"after-context", 'A'},
                                                       {"before-context", 'B'}}));
  return Grep(call, options).Run();
}

}  // namespace narrows::findings::benchmark::audit
