#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "inventory/node/node_facts.h"

namespace narrows::inventory::node {

// The processes of a /proc without `except`, by ascending pid. A process that ends meanwhile is
// left out. `users` names them.
Result<std::vector<Process>> ReadProcesses(const std::string& proc, int except,
                                           const std::map<int64_t, std::string>& users,
                                           int64_t now);

// What one /proc/PID/stat says; kDataLoss for another text.
struct ProcessStat {
  std::string name;
  char state = 'S';
  int parent = 0;
  int64_t terminal = 0;
  int64_t cpu_ticks = 0;
  int64_t started_ticks = 0;  // after boot
};
Result<ProcessStat> ParseProcessStat(std::string_view text);

// "name:x:ID:…" lines, as /etc/passwd and /etc/group have them; the first name of a number counts.
std::map<int64_t, std::string> ParseNames(std::string_view text);

}  // namespace narrows::inventory::node
