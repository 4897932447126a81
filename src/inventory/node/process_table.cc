#include "inventory/node/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/file_descriptor.h"
#include "base/strings.h"

namespace narrows::inventory::node {
namespace {

constexpr size_t kMostCommandLine = 4u << 20;
constexpr size_t kMostStat = 4096;

std::optional<std::string> ReadAt(int folder, const std::string& path, size_t most) {
  const FileDescriptor file(openat(folder, path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return std::nullopt;
  std::string text;
  char buffer[16 << 10];
  while (text.size() < most) {
    const ssize_t got = read(file.get(), buffer, std::min(sizeof(buffer), most - text.size()));
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    text.append(buffer, static_cast<size_t>(got));
  }
  return text;
}

std::vector<std::string> Arguments(std::string_view text) {
  std::vector<std::string> arguments;
  while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  if (text.empty()) return arguments;
  for (const std::string_view argument : Split(text, '\0')) arguments.emplace_back(argument);
  return arguments;
}

std::string TerminalName(int64_t device) {
  if (device == 0) return "?";
  const int64_t major = (device >> 8) & 0xfff;
  const int64_t minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  if (major >= 136 && major <= 143) return "pts/" + std::to_string((major - 136) * 256 + minor);
  if (major == 4 && minor < 64) return "tty" + std::to_string(minor);
  if (major == 4) return "ttyS" + std::to_string(minor - 64);
  return "?";
}

int64_t BootTime(int proc) {
  const std::string text = ReadAt(proc, "stat", 1u << 20).value_or("");
  const size_t at = text.find("\nbtime ");
  if (at == std::string::npos) return 0;
  const size_t end = text.find('\n', at + 7);
  return ParseInt(std::string_view(text).substr(at + 7, end - at - 7)).value_or(0);
}

}  // namespace

Result<ProcessStat> ParseProcessStat(std::string_view text) {
  const size_t open = text.find('(');
  const size_t close = text.rfind(") ");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return DataLoss("no process status");
  ProcessStat stat;
  stat.name = text.substr(open + 1, close - open - 1);
  const auto fields = Split(Trim(text.substr(close + 2)), ' ');
  // Fields of proc(5) from 3 on: state, ppid, pgrp, session, tty_nr … utime 14, stime 15, start 22.
  if (fields.size() < 20 || fields[0].empty()) return DataLoss("a process status that is cut off");
  const auto number = [&](size_t field) { return ParseInt(fields[field - 3]).value_or(0); };
  stat.state = fields[0][0];
  stat.parent = static_cast<int>(number(4));
  stat.terminal = number(7);
  stat.cpu_ticks = number(14) + number(15);
  stat.started_ticks = number(22);
  return stat;
}

std::map<int64_t, std::string> ParseNames(std::string_view text) {
  std::map<int64_t, std::string> names;
  for (const std::string_view line : Split(text, '\n')) {
    const auto fields = Split(line, ':');
    if (fields.size() < 3) continue;
    if (const auto id = ParseInt(fields[2])) names.emplace(*id, fields[0]);
  }
  return names;
}

Result<std::vector<Process>> ReadProcesses(const std::string& proc, int except,
                                           const std::map<int64_t, std::string>& users,
                                           int64_t now) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(proc.c_str()), closedir);
  if (folder == nullptr) return FromErrno(errno, "opening " + proc);
  const int at = dirfd(folder.get());
  const int64_t boot = BootTime(at);
  const int64_t hertz = sysconf(_SC_CLK_TCK);
  std::vector<Process> processes;
  while (const dirent* entry = readdir(folder.get())) {
    const auto pid = ParseInt(entry->d_name);
    if (!pid || *pid == except) continue;
    const std::string name = entry->d_name;
    struct stat owner {};
    const auto status_text = ReadAt(at, name + "/stat", kMostStat);
    if (!status_text || fstatat(at, name.c_str(), &owner, 0) != 0) continue;
    const Result<ProcessStat> stat = ParseProcessStat(*status_text);
    if (!stat.has_value()) continue;
    Process process;
    process.pid = static_cast<int>(*pid);
    process.parent = stat->parent;
    process.name = stat->name;
    process.arguments = Arguments(ReadAt(at, name + "/cmdline", kMostCommandLine).value_or(""));
    process.terminal = TerminalName(stat->terminal);
    process.defunct = stat->state == 'Z';
    process.started = boot + stat->started_ticks / hertz;
    process.cpu_seconds = stat->cpu_ticks / hertz;
    const int64_t age = std::max<int64_t>(now - process.started, 1);
    process.cpu_percent = static_cast<int>(stat->cpu_ticks * 100 / hertz / age);
    const auto user = users.find(owner.st_uid);
    process.user = user == users.end() ? std::to_string(owner.st_uid) : user->second;
    processes.push_back(std::move(process));
  }
  std::sort(processes.begin(), processes.end(),
            [](const Process& a, const Process& b) { return a.pid < b.pid; });
  return processes;
}

}  // namespace narrows::inventory::node
