#pragma once

namespace narrows::app {

// Parses the command line, runs the command it names and returns the exit code.
int RunCommandLine(int argc, char** argv);

}  // namespace narrows::app
