#include "findings/benchmark/audit/builtins.h"

#include <algorithm>
#include <cstring>

#include "base/strings.h"

namespace narrows::findings::benchmark::audit {
namespace {

struct Known {
  std::string_view name;
  Builtin run;
};

constexpr Known kOfTheShell[] = {
    {":", RunTrue},        {"[", RunTest},    {"break", RunBreak},   {"continue", RunBreak},
    {"echo", RunEcho},     {"exit", RunExit}, {"export", RunExport}, {"false", RunFalse},
    {"printf", RunPrintf}, {"read", RunRead}, {"test", RunTest},     {"true", RunTrue},
    {"unset", RunUnset},
};

constexpr Known kPrograms[] = {
    {"[", RunTest},
    {"awk", RunAwk},
    {"basename", RunBasename},
    {"cat", RunCat},
    {"cut", RunCut},
    {"dirname", RunDirname},
    {"echo", RunExternalEcho},
    {"false", RunFalse},
    {"find", RunFind},
    {"grep", RunGrep},
    {"egrep", RunGrep},
    {"fgrep", RunGrep},
    {"head", RunHead},
    {"jq", RunJq},
    {"kubectl", RunKubectl},
    {"ls", RunLs},
    {"ps", RunPs},
    {"sed", RunSed},
    {"sh", RunSh},
    {"sort", RunSort},
    {"stat", RunStat},
    {"tail", RunTail},
    {"test", RunTest},
    {"tr", RunTr},
    {"true", RunTrue},
    {"uniq", RunUniq},
    {"wc", RunWc},
    {"xargs", RunXargs},
};

std::string Shown(const Call& call, std::string_view option) {
  return call.Base() + " " + std::string(option);
}

}  // namespace

Builtin FindBuiltin(std::string_view name, bool external) {
  const size_t slash = name.rfind('/');
  if (slash == std::string_view::npos && !external) {
    for (const Known& known : kOfTheShell) {
      if (known.name == name) return known.run;
    }
  }
  if (slash != std::string_view::npos) {
    const auto folders = Split(kSearchPath, ':');
    if (std::find(folders.begin(), folders.end(), name.substr(0, slash)) == folders.end())
      return nullptr;
    name = name.substr(slash + 1);
  }
  for (const Known& known : kPrograms) {
    if (known.name == name) return known.run;
  }
  return nullptr;
}

bool Options::Has(char option) const { return Last(option) != nullptr; }

const std::string* Options::Last(char option) const {
  for (auto last = given.rbegin(); last != given.rend(); ++last) {
    if (last->first == option) return &last->second;
  }
  return nullptr;
}

Result<Options> ReadOptions(const Call& call, std::string_view letters,
                            const std::vector<std::pair<std::string_view, char>>& words) {
  Options options;
  const auto& arguments = call.arguments;
  const auto takes_value = [&](char option) {
    const size_t at = letters.find(option);
    return at + 1 < letters.size() && letters[at + 1] == ':';
  };
  size_t i = 0;
  const auto value_of = [&](char option, std::string rest, bool has_rest) -> Status {
    if (!has_rest) {
      if (i + 1 >= arguments.size())
        return NotUnderstood(Shown(call, arguments[i]) + " without its value");
      rest = arguments[++i];
    }
    options.given.emplace_back(option, std::move(rest));
    return Ok();
  };
  for (; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--") {
      options.operands.insert(options.operands.end(),
                              arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                              arguments.end());
      break;
    }
    if (argument.size() < 2 || argument[0] != '-') {
      options.operands.push_back(argument);
      continue;
    }
    if (argument[1] == '-') {
      const size_t equals = argument.find('=');
      const std::string word =
          argument.substr(2, equals == std::string::npos ? equals : equals - 2);
      const auto known = std::find_if(words.begin(), words.end(),
                                      [&](const auto& pair) { return pair.first == word; });
      if (known == words.end()) return NotUnderstood(Shown(call, argument));
      const bool has_value = equals != std::string::npos;
      if (takes_value(known->second)) {
        RETURN_IF_ERROR(
            value_of(known->second, has_value ? argument.substr(equals + 1) : "", has_value));
      } else if (has_value) {
        return NotUnderstood(Shown(call, argument));
      } else {
        options.given.emplace_back(known->second, "");
      }
      continue;
    }
    for (size_t at = 1; at < argument.size(); ++at) {
      const char option = argument[at];
      if (option == ':' || letters.find(option) == std::string_view::npos)
        return NotUnderstood(Shown(call, "-" + std::string(1, option)));
      if (takes_value(option)) {
        RETURN_IF_ERROR(value_of(option, argument.substr(at + 1), at + 1 < argument.size()));
        break;
      }
      options.given.emplace_back(option, "");
    }
  }
  return options;
}

Result<size_t> NumberFor(const Call& call, char option, std::string_view text) {
  const auto number = ParseInt(text);
  if (!number || *number < 0 || *number > INT32_MAX)
    return NotUnderstood(Shown(call, "-" + std::string(1, option) + " " + std::string(text)));
  return static_cast<size_t>(*number);
}

std::string AbsolutePath(const std::string& path) {
  return !path.empty() && path[0] == '/' ? path : "/" + path;
}

std::string ErrnoText(int error_number) { return std::strerror(error_number); }

std::string QuotedName(const std::string& name) {
  const auto has = [&](std::string_view set) { return name.find_first_of(set) != name.npos; };
  const bool plain = !name.empty() && !has(" \t\n:'\"*?[]()<>|&;$\\`!#~=^{}");
  if (plain) return name;
  if (has("'") && !has("\"$`\\!\t\n")) return "\"" + name + "\"";
  std::string out = "'";
  bool escaping = false;  // within $'…'
  for (const char c : name) {
    const bool control = c == '\n' || c == '\t';
    if (control && !escaping) out += "'$'";
    if (!control && escaping) out += "''";
    escaping = control;
    if (control) {
      out += c == '\n' ? "\\n" : "\\t";
    } else {
      out += c == '\'' ? "'\\''" : std::string(1, c);
    }
  }
  return out + "'";
}

std::optional<std::string> ReadOperand(Call& call, const std::string& file) {
  if (file == "-") return std::string(call.streams.in->Rest());
  auto content = call.node().Read(AbsolutePath(file), call.session().limits().file_bytes);
  if (content.has_value() && !file.empty()) return *std::move(content);
  const int error = file.empty() ? ENOENT : content.error();
  call.Say(call.Base() + ": " + QuotedName(file) + ": " + ErrnoText(error) + "\n");
  return std::nullopt;
}

std::string ReadOperands(Call& call, const std::vector<std::string>& files, int& status) {
  if (files.empty()) return std::string(call.streams.in->Rest());
  std::string all;
  for (const std::string& file : files) {
    const auto content = ReadOperand(call, file);
    if (content) {
      all += *content;
    } else {
      status = 1;
    }
  }
  return all;
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const size_t length = newline == std::string_view::npos ? text.size() : newline + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

std::string_view WithoutNewline(std::string_view line) {
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  return line;
}

}  // namespace narrows::findings::benchmark::audit
