#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace narrows::app {

// `narrows rbac` and `narrows exposure`. Sets `run` to what the command line asks for.
void AddClusterQuestions(CLI::App& app, std::function<int()>& run);

}  // namespace narrows::app
