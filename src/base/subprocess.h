#pragma once

#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"

namespace narrows {

struct Command {
  std::vector<std::string> argv;         // argv[0] is looked up in PATH; no shell is involved
  std::string input;                     // to its standard input, which is then closed
  std::vector<std::string> environment;  // "NAME=value", added to ours
  size_t most_output = 1u << 20;         // of standard output
};

struct CommandResult {
  int exit_code = 0;  // 128 + number for a program ended by a signal
  std::string output;
  std::string errors;  // the first 4 KiB of standard error
};

// Runs a program to its end. When the context ends it, or its output passes the limit, it is killed
// with all processes of its group. kNotFound when there is no such program, kDeadlineExceeded and
// kCancelled by the context, kResourceExhausted by the limit; an exit code is no error. Messages
// name the program, never its arguments, input or output.
Result<CommandResult> RunCommand(const Command& command, const CallContext& context);

}  // namespace narrows
