// basename, dirname, find, ls and stat.
#include <algorithm>
#include <cstdio>

#include "base/strings.h"
#include "findings/benchmark/audit/builtins.h"

namespace narrows::findings::benchmark::audit {
namespace {

std::string Octal(unsigned mode) {
  char text[16] = {};
  std::snprintf(text, sizeof(text), "%o", mode);
  return text;
}

std::string Symbolic(const FileStatus& status) {
  static constexpr std::string_view kLetters = "rwxrwxrwx";
  const auto& type = status.type;
  std::string text(1, type == FileStatus::Type::kDirectory ? 'd'
                      : type == FileStatus::Type::kLink    ? 'l'
                                                           : '-');
  for (unsigned i = 0; i < 9; ++i) text += (status.mode >> (8 - i)) & 1 ? kLetters[i] : '-';
  if ((status.mode & 04000) != 0) text[3] = text[3] == 'x' ? 's' : 'S';
  if ((status.mode & 02000) != 0) text[6] = text[6] == 'x' ? 's' : 'S';
  if ((status.mode & 01000) != 0) text[9] = text[9] == 'x' ? 't' : 'T';
  return text;
}

Result<std::string> StatText(Call& call, const std::string& format, const std::string& name,
                             const FileStatus& status) {
  std::string out;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      out += format[i];
      continue;
    }
    switch (i + 1 < format.size() ? format[++i] : '\0') {
      case '%':
        out += '%';
        break;
      case 'a':
        out += Octal(status.mode);
        break;
      case 'A':
        if (status.type == FileStatus::Type::kOther) return NotUnderstood("stat %A of a device");
        out += Symbolic(status);
        break;
      case 'U':
        out += call.node().UserName(status.uid);
        break;
      case 'G':
        out += call.node().GroupName(status.gid);
        break;
      case 'u':
        out += std::to_string(status.uid);
        break;
      case 'g':
        out += std::to_string(status.gid);
        break;
      case 's':
        out += std::to_string(status.size);
        break;
      case 'n':
        out += name;
        break;
      default:
        return NotUnderstood("stat -c '" + format + "'");
    }
  }
  return out;
}

struct FindTest {
  bool inverted = false;
  char kind = 'n';  // n name, p path, t type
  Pattern pattern{""};
  std::string argument;
  bool ignore_case = false;
};

struct FindPlan {
  std::vector<std::string> starts;
  std::vector<FindTest> tests;
  size_t least = 0;
  size_t most = 64;  // deeper than any node's configuration is
  bool follow = false;
};

Result<FindPlan> ReadFind(Call& call) {
  FindPlan plan;
  const auto& arguments = call.arguments;
  size_t i = 0;
  for (; i < arguments.size() &&
         (arguments[i] == "-L" || arguments[i] == "-H" || arguments[i] == "-P");
       ++i)
    plan.follow = arguments[i] == "-L";
  for (; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (!word.empty() && (word[0] == '-' || word == "!" || word == "(" || word == ")")) break;
    plan.starts.push_back(word);
  }
  if (plan.starts.empty()) plan.starts.push_back(".");
  bool inverted = false;
  for (; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "!" || word == "-not") {
      inverted = !inverted;
      continue;
    }
    if (word == "-print" || word == "-a" || word == "-and") {
      if (inverted || (word == "-print" && i + 1 != arguments.size()))
        return NotUnderstood("find " + word);
      continue;
    }
    if (i + 1 >= arguments.size()) return NotUnderstood("find " + word);
    const std::string& value = arguments[++i];
    if (word == "-mindepth" || word == "-maxdepth") {
      ASSIGN_OR_RETURN(size_t depth, NumberFor(call, word[2], value));
      (word == "-mindepth" ? plan.least : plan.most) = depth;
      continue;
    }
    FindTest test;
    test.inverted = inverted;
    inverted = false;
    test.argument = value;
    if (word == "-name" || word == "-iname") {
      test.ignore_case = word == "-iname";
      test.pattern = Pattern(test.ignore_case ? ToLower(value) : value);
    } else if (word == "-path" || word == "-wholename") {
      test.kind = 'p';
      test.pattern = Pattern(value);
    } else if (word == "-type" && (value == "f" || value == "d" || value == "l")) {
      test.kind = 't';
    } else {
      return NotUnderstood("find " + word + " " + value);
    }
    plan.tests.push_back(std::move(test));
  }
  if (inverted) return NotUnderstood("find '!' before nothing");
  return plan;
}

class Find {
 public:
  Find(Call& call, const FindPlan& plan) : call_(call), plan_(plan) {}

  Result<int> Run() {
    for (const std::string& start : plan_.starts) RETURN_IF_ERROR(Visit(start, 0));
    return status_;
  }

 private:
  void Missing(const std::string& path, int error) {
    call_.Say("find: '" + path + "': " + ErrnoText(error) + "\n");
    status_ = 1;
  }

  bool Selected(const std::string& path, const FileStatus& status) const {
    std::string trimmed = path;
    while (trimmed.size() > 1 && trimmed.back() == '/') trimmed.pop_back();
    std::string name = trimmed.substr(trimmed.rfind('/') + 1);
    if (trimmed == "/") name = "/";
    return std::all_of(plan_.tests.begin(), plan_.tests.end(), [&](const FindTest& test) {
      bool holds = false;
      if (test.kind == 't') {
        const auto type = test.argument == "f"   ? FileStatus::Type::kFile
                          : test.argument == "d" ? FileStatus::Type::kDirectory
                                                 : FileStatus::Type::kLink;
        holds = status.type == type;
      } else {
        holds = test.pattern.Matches(test.kind == 'p'   ? path
                                     : test.ignore_case ? ToLower(name)
                                                        : name);
      }
      return holds != test.inverted;
    });
  }

  Status Visit(const std::string& path, size_t depth) {
    RETURN_IF_ERROR(call_.session().Step());
    if (path.empty()) {
      Missing(path, ENOENT);
      return Ok();
    }
    auto status = call_.node().Stat(AbsolutePath(path), plan_.follow);
    if (!status.has_value() && plan_.follow) status = call_.node().Stat(AbsolutePath(path), false);
    if (!status.has_value()) {
      Missing(path, status.error());
      return Ok();
    }
    if (depth >= plan_.least && Selected(path, *status)) call_.streams.out.Write(path + "\n");
    if (status->type != FileStatus::Type::kDirectory || depth >= plan_.most) return Ok();
    if (depth >= 64) return ResourceExhausted("find goes more than 64 folders deep");
    const auto names = call_.node().List(AbsolutePath(path));
    if (!names.has_value()) {
      Missing(path, names.error());
      return Ok();
    }
    for (const std::string& name : *names)
      RETURN_IF_ERROR(Visit(path + (path.back() == '/' ? "" : "/") + name, depth + 1));
    return Ok();
  }

  Call& call_;
  const FindPlan& plan_;
  int status_ = 0;
};

}  // namespace

Result<int> RunBasename(Call& call) {
  if (call.arguments.empty() || call.arguments.size() > 2 || call.arguments[0][0] == '-')
    return NotUnderstood("basename but for a name and a suffix");
  std::string name = call.arguments[0];
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  if (name.size() > 1) name = name.substr(name.rfind('/') + 1);
  if (call.arguments.size() == 2) {
    const std::string& suffix = call.arguments[1];
    if (name.size() > suffix.size() &&
        name.compare(name.size() - suffix.size(), name.npos, suffix) == 0)
      name.resize(name.size() - suffix.size());
  }
  call.streams.out.Write(name + "\n");
  return 0;
}

Result<int> RunDirname(Call& call) {
  if (call.arguments.size() != 1) return NotUnderstood("dirname but for one name");
  std::string name = call.arguments[0];
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  const size_t slash = name.rfind('/');
  if (slash == std::string::npos) {
    name = ".";
  } else {
    name = name.substr(0, slash);
    while (!name.empty() && name.back() == '/') name.pop_back();
    if (name.empty()) name = "/";
  }
  call.streams.out.Write(name + "\n");
  return 0;
}

Result<int> RunFind(Call& call) {
  ASSIGN_OR_RETURN(const FindPlan plan, ReadFind(call));
  return Find(call, plan).Run();
}

Result<int> RunLs(Call& call) {
  ASSIGN_OR_RETURN(const Options options, ReadOptions(call, "1aAd"));
  std::vector<std::string> operands = options.operands;
  if (operands.empty()) operands.push_back(".");
  std::sort(operands.begin(), operands.end());
  int status = 0;
  std::vector<std::string> files;
  std::vector<std::string> folders;
  for (const std::string& operand : operands) {
    const auto found = call.node().Stat(AbsolutePath(operand), true);
    if (!found.has_value()) {
      call.Say("ls: cannot access '" + operand + "': " + ErrnoText(found.error()) + "\n");
      status = 2;
    } else if (found->type == FileStatus::Type::kDirectory && !options.Has('d')) {
      folders.push_back(operand);
    } else {
      files.push_back(operand);
    }
  }
  for (const std::string& file : files) call.streams.out.Write(file + "\n");
  const bool titles = operands.size() > 1;
  for (size_t i = 0; i < folders.size(); ++i) {
    auto names = call.node().List(AbsolutePath(folders[i]));
    if (!names.has_value()) return NotUnderstood("ls in a folder that cannot be read");
    if (titles) call.streams.out.Write((i > 0 || !files.empty() ? "\n" : "") + folders[i] + ":\n");
    if (options.Has('a')) names->insert(names->end(), {".", ".."});
    std::sort(names->begin(), names->end());
    for (const std::string& name : *names) {
      if (name[0] == '.' && !options.Has('a') && !options.Has('A')) continue;
      call.streams.out.Write(name + "\n");
    }
  }
  return status;
}

Result<int> RunStat(Call& call) {
  ASSIGN_OR_RETURN(const Options options,
                   ReadOptions(call, "Lc:", {{"format", 'c'}, {"dereference", 'L'}}));
  if (options.operands.empty()) {
    call.Say("stat: missing operand\nTry 'stat --help' for more information.\n");
    return 1;
  }
  const std::string* format = options.Last('c');
  if (format == nullptr) return NotUnderstood("stat without -c");
  int status = 0;
  for (const std::string& file : options.operands) {
    RETURN_IF_ERROR(call.session().Step());
    FileResult<FileStatus> found = tl::unexpected<int>(ENOENT);
    if (!file.empty()) found = call.node().Stat(AbsolutePath(file), options.Has('L'));
    if (!found.has_value()) {
      call.Say("stat: cannot statx '" + file + "': " + ErrnoText(found.error()) + "\n");
      status = 1;
      continue;
    }
    ASSIGN_OR_RETURN(const std::string text, StatText(call, *format, file, *found));
    call.streams.out.Write(text + "\n");
  }
  return status;
}

}  // namespace narrows::findings::benchmark::audit
