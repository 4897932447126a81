#include <algorithm>
#include <cstdio>
#include <ctime>

#include "base/strings.h"
#include "findings/benchmark/audit/builtins.h"

namespace narrows::findings::benchmark::audit {
namespace {

constexpr std::string_view kHelp =
    "\n\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n"
    "  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n";
constexpr size_t kNameBytes = 15;

struct Selection {
  bool all = false;
  bool full = false;
  bool no_headers = false;
  std::vector<std::string> names;                                           // of -C
  std::vector<std::pair<std::string, std::optional<std::string>>> columns;  // of -o, with titles
  std::string wrong;  // the message of ps for a mistake
};

// "-o pid=,args": columns and the titles they are given; a title takes all that is left.
void AddColumns(const std::string& list, Selection& selection) {
  std::string_view rest = list;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    const size_t equals = rest.find('=');
    if (equals < comma) {
      std::string_view title = rest.substr(equals + 1);
      const bool more = !title.empty() && title[0] == ',';
      selection.columns.emplace_back(rest.substr(0, equals), more ? "" : std::string(title));
      rest = more ? title.substr(1) : std::string_view();
    } else {
      selection.columns.emplace_back(rest.substr(0, comma), std::nullopt);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
}

Result<Selection> ReadSelection(Call& call) {
  Selection selection;
  const auto& arguments = call.arguments;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--no-headers" || word == "--no-heading" || word == "--noheaders") {
      selection.no_headers = true;
      continue;
    }
    if (word == "aux" || word == "auxww" || (word.size() > 1 && word[0] == '-' && word[1] == '-'))
      return NotUnderstood("ps " + word);
    if (word.empty() || word[0] != '-') {
      selection.wrong = "process ID list syntax error";
      continue;
    }
    for (size_t at = 1; at < word.size(); ++at) {
      const char option = word[at];
      if (option == 'e' || option == 'A') {
        selection.all = true;
      } else if (option == 'f') {
        selection.full = true;
      } else if (option == 'w') {
        continue;  // lines are never cut
      } else if (option == 'C' || option == 'o') {
        std::string value = word.substr(at + 1);
        if (value.empty() && i + 1 < arguments.size()) value = arguments[++i];
        if (value.empty()) {
          if (option == 'o') return NotUnderstood("ps -o without columns");
          selection.wrong = "list of command names must follow -C";
        } else if (option == 'C') {
          selection.names = SplitFields(value, " \t,");
        } else {
          AddColumns(value, selection);
        }
        break;
      } else {
        return NotUnderstood("ps -" + std::string(1, option));
      }
    }
  }
  return selection;
}

std::string Left(const std::string& text, size_t width) {
  return text.size() >= width ? text : text + std::string(width - text.size(), ' ');
}
std::string Right(const std::string& text, size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

std::string UserText(const std::string& user) {
  return user.size() > 8 ? user.substr(0, 7) + "+" : user;
}

std::string StartText(int64_t started, int64_t now) {
  const time_t time = started;
  std::tm begin{};
  localtime_r(&time, &begin);
  const time_t now_time = now;
  std::tm today{};
  localtime_r(&now_time, &today);
  const char* format = "%H:%M";
  if (begin.tm_year != today.tm_year) {
    format = " %Y";
  } else if (begin.tm_yday != today.tm_yday) {
    format = "%b%d";
  }
  char text[32] = {};
  std::strftime(text, sizeof(text), format, &begin);
  return text;
}

std::string TimeText(int64_t seconds) {
  char text[64] = {};
  const int64_t days = seconds / 86400;
  size_t at = 0;
  if (days > 0) {
    at = static_cast<size_t>(
        std::snprintf(text, sizeof(text), "%02lld-", static_cast<long long>(days)));
  }
  std::snprintf(text + at, sizeof(text) - at, "%02d:%02d:%02d",
                static_cast<int>(seconds / 3600 % 24), static_cast<int>(seconds / 60 % 60),
                static_cast<int>(seconds % 60));
  return text;
}

struct Column {
  std::string_view name;
  std::string_view title;
  int width;  // negative: to the left; 0: that of a pid
  std::string (*text)(const Process& process);
};

constexpr Column kColumns[] = {
    {"pid", "PID", 0, [](const Process& p) { return std::to_string(p.pid); }},
    {"ppid", "PPID", 0, [](const Process& p) { return std::to_string(p.parent); }},
    {"user", "USER", -8, [](const Process& p) { return UserText(p.user); }},
    {"comm", "COMMAND", -15,
     [](const Process& p) { return p.name + (p.defunct ? " <defunct>" : ""); }},
    {"cmd", "CMD", -27, [](const Process& p) { return p.CommandLine(); }},
    {"args", "COMMAND", -27, [](const Process& p) { return p.CommandLine(); }},
    {"command", "COMMAND", -27, [](const Process& p) { return p.CommandLine(); }},
};

const Column* FindColumn(const std::string& name) {
  for (const Column& column : kColumns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

size_t PidWidth(Call& call) {
  const auto most = call.node().Read("/proc/sys/kernel/pid_max", 64);
  const auto number = most.has_value() ? ParseInt(Trim(*most)) : std::nullopt;
  return std::to_string(number.value_or(4194304) - 1).size();
}

bool IsSelected(const Process& process, const Selection& selection) {
  if (selection.all) return true;
  return std::any_of(selection.names.begin(), selection.names.end(), [&](const std::string& name) {
    return name.substr(0, kNameBytes) == process.name.substr(0, kNameBytes);
  });
}

void PrintFull(Call& call, const std::vector<const Process*>& processes, bool headers) {
  const size_t width = PidWidth(call);
  if (headers) {
    call.streams.out.Write("UID      " + Right("PID", width) + " " + Right("PPID", width) +
                           "  C STIME TTY          TIME CMD\n");
  }
  const int64_t now = call.node().Now();
  for (const Process* process : processes) {
    call.streams.out.Write(
        Left(UserText(process->user), 8) + " " + Right(std::to_string(process->pid), width) + " " +
        Right(std::to_string(process->parent), width) + " " +
        Right(std::to_string(std::min(process->cpu_percent, 99)), 2) + " " +
        Right(StartText(process->started, now), 5) + " " + Left(process->terminal, 8) + " " +
        Right(TimeText(process->cpu_seconds), 8) + " " + process->CommandLine() + "\n");
  }
}

Status PrintColumns(Call& call, const std::vector<const Process*>& processes,
                    const Selection& selection) {
  struct Shown {
    const Column* column;
    std::string title;
    size_t width;
  };
  std::vector<Shown> shown;
  bool titles = false;
  for (const auto& [name, title] : selection.columns) {
    const Column* column = FindColumn(name);
    if (column == nullptr) return NotUnderstood("ps -o " + name);
    Shown one{column, title.value_or(std::string(column->title)), 0};
    one.width = column->width == 0 ? PidWidth(call) : static_cast<size_t>(std::abs(column->width));
    one.width = std::max(one.width, one.title.size());
    titles = titles || !one.title.empty();
    shown.push_back(std::move(one));
  }
  const auto row = [&](const auto& text_of) {
    std::string line;
    for (size_t i = 0; i < shown.size(); ++i) {
      if (i > 0) line += ' ';
      const std::string text = text_of(shown[i]);
      const bool last = i + 1 == shown.size();
      const bool left = shown[i].column->width < 0;
      line += !left ? Right(text, shown[i].width) : last ? text : Left(text, shown[i].width);
    }
    call.streams.out.Write(line + "\n");
  };
  if (titles && !selection.no_headers) row([](const Shown& one) { return one.title; });
  for (const Process* process : processes)
    row([&](const Shown& one) { return one.column->text(*process); });
  return Ok();
}

}  // namespace

Result<int> RunPs(Call& call) {
  ASSIGN_OR_RETURN(const Selection selection, ReadSelection(call));
  if (!selection.wrong.empty()) {
    call.Say("error: " + selection.wrong + std::string(kHelp));
    return 1;
  }
  if (!selection.all && selection.names.empty())
    return NotUnderstood("ps without -e, -A or -C: the processes of a terminal");
  if (!selection.full && selection.columns.empty()) return NotUnderstood("ps without -f or -o");
  if (selection.full && !selection.columns.empty()) return NotUnderstood("ps -f with -o");
  ASSIGN_OR_RETURN(const std::vector<Process>* all, call.node().Processes());
  RETURN_IF_ERROR(call.session().Step(all->size()));
  std::vector<const Process*> processes;
  for (const Process& process : *all) {
    if (IsSelected(process, selection)) processes.push_back(&process);
  }
  if (selection.full) {
    PrintFull(call, processes, !selection.no_headers);
  } else {
    RETURN_IF_ERROR(PrintColumns(call, processes, selection));
  }
  return processes.empty() ? 1 : 0;
}

}  // namespace narrows::findings::benchmark::audit
