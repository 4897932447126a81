#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "commands.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace narrows::app {

// Options that several commands share.
void AddOutput(CLI::App& command, OutputFormat& output, const std::vector<std::string>& allowed);
void AddSeconds(CLI::App& command, const std::string& name, std::chrono::seconds& target,
                const std::string& help);
// An option that may be given several times, with one value each time: what follows is not its.
CLI::Option* AddRepeated(CLI::App& command, const std::string& name,
                         std::vector<std::string>& values, const std::string& help);
void AddCluster(CLI::App& command, ClusterFlags& flags);

// The command `bench`; `run` is set when it is the one that was named.
void AddBench(CLI::App& app, BenchFlags& f, std::function<int()>& run);

}  // namespace narrows::app
