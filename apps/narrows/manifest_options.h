#pragma once

#include "commands.h"

namespace CLI {
class App;
}

namespace narrows::app {

// What `narrows scan manifest` takes.
void AddManifestOptions(CLI::App& command, ManifestFlags& flags);

}  // namespace narrows::app
