#include "findings/benchmark/audit/shell.h"

#include <cstring>

#include "base/strings.h"
#include "findings/benchmark/audit/builtins.h"

namespace narrows::findings::benchmark::audit {

Shell::Shell(Session& session, std::string name, std::vector<std::string> arguments)
    : session_(session), name_(std::move(name)), arguments_(std::move(arguments)) {
  variables_ = {{"HOME", "/root"}, {"PATH", std::string(kSearchPath)}, {"PWD", "/"}};
}

void Shell::Set(const std::string& name, std::string value) { variables_[name] = std::move(value); }

Result<int> Shell::Run(const List& list, const Streams& streams) {
  int status = 0;
  for (const List::Item& item : list.items) {
    if (item.joint == List::Item::Joint::kAnd && status != 0) continue;
    if (item.joint == List::Item::Joint::kOr && status == 0) continue;
    ASSIGN_OR_RETURN(status, RunPipeline(item.pipeline, streams));
    status_ = status;
    if (flow_ != Flow::kOn) break;
  }
  return status;
}

Result<int> Shell::RunPipeline(const Pipeline& pipeline, const Streams& streams) {
  RETURN_IF_ERROR(session_.Step());
  int status = 0;
  if (pipeline.commands.size() == 1) {
    ASSIGN_OR_RETURN(status, RunCommand(pipeline.commands.front(), streams));
  } else {
    Input between;
    Streams stage = streams;
    for (size_t i = 0; i < pipeline.commands.size(); ++i) {
      std::string output;
      stage.out = i + 1 == pipeline.commands.size() ? streams.out : Output(session_, output);
      Shell subshell(*this);
      subshell.loops_ = 0;
      ASSIGN_OR_RETURN(status, subshell.RunCommand(pipeline.commands[i], stage));
      between = Input(std::move(output));
      stage.in = &between;
    }
  }
  if (pipeline.negated) status = status == 0 ? 1 : 0;
  return status;
}

Result<int> Shell::RunCommand(const Command& command, const Streams& streams) {
  if (command.kind == Command::Kind::kSimple) return RunSimple(command, streams);
  Input file;
  ASSIGN_OR_RETURN(const auto redirected, Redirected(command, streams, file));
  if (!redirected) return 2;
  switch (command.kind) {
    case Command::Kind::kIf:
      return RunIf(command, *redirected);
    case Command::Kind::kFor:
      return RunFor(command, *redirected);
    case Command::Kind::kWhile:
    case Command::Kind::kUntil:
      return RunWhile(command, *redirected);
    case Command::Kind::kSubshell: {
      Shell subshell(*this);
      return subshell.Run(command.bodies.front(), *redirected);
    }
    case Command::Kind::kSimple:
    case Command::Kind::kGroup:
      break;
  }
  return Run(command.bodies.front(), *redirected);
}

Result<int> Shell::RunIf(const Command& command, const Streams& streams) {
  for (size_t i = 0; i < command.conditions.size(); ++i) {
    ASSIGN_OR_RETURN(const int status, Run(command.conditions[i], streams));
    if (flow_ != Flow::kOn) return status;
    if (status == 0) return Run(command.bodies[i], streams);
  }
  if (command.bodies.size() > command.conditions.size()) return Run(command.bodies.back(), streams);
  return 0;
}

bool Shell::GoesOn() {
  if (flow_ == Flow::kOn) return true;
  if (flow_ == Flow::kExit) return false;
  if (--flow_levels_ > 0) return false;
  const bool next = flow_ == Flow::kContinue;
  flow_ = Flow::kOn;
  return next;
}

Result<int> Shell::RunFor(const Command& command, const Streams& streams) {
  ASSIGN_OR_RETURN(const auto values, Fields(command.words, streams));
  int status = 0;
  ++loops_;
  for (const std::string& value : values) {
    RETURN_IF_ERROR(session_.Step());
    Set(command.variable, value);
    ASSIGN_OR_RETURN(status, Run(command.bodies.front(), streams));
    if (!GoesOn()) break;
  }
  --loops_;
  return status;
}

Result<int> Shell::RunWhile(const Command& command, const Streams& streams) {
  int status = 0;
  ++loops_;
  while (true) {
    RETURN_IF_ERROR(session_.Step());
    ASSIGN_OR_RETURN(const int condition, Run(command.conditions.front(), streams));
    if (flow_ != Flow::kOn && !GoesOn()) break;
    if ((condition == 0) == (command.kind == Command::Kind::kUntil)) break;
    ASSIGN_OR_RETURN(status, Run(command.bodies.front(), streams));
    if (!GoesOn()) break;
  }
  --loops_;
  return status;
}

Result<std::optional<Streams>> Shell::Redirected(const Command& command, Streams streams,
                                                 Input& file) {
  for (const Redirection& redirection : command.redirections) {
    ASSIGN_OR_RETURN(const std::string target, Joined(redirection.target, streams));
    if (redirection.kind == Redirection::Kind::kInput) {
      if (redirection.descriptor != 0) return NotUnderstood("a redirection of another input");
      auto content = target == "/dev/null"
                         ? FileResult<std::string>("")
                         : session_.node().Read(target, session_.limits().file_bytes);
      if (!content.has_value()) {
        const std::string why =
            content.error() == ENOENT ? "No such file" : strerror(content.error());
        streams.err.Write(name_ + ": " + std::to_string(command.line) + ": cannot open " + target +
                          ": " + why + "\n");
        return std::optional<Streams>();
      }
      file = Input(*std::move(content));
      streams.in = &file;
      continue;
    }
    if (redirection.descriptor != 1 && redirection.descriptor != 2)
      return NotUnderstood("a redirection of descriptor " + std::to_string(redirection.descriptor));
    Output& from = redirection.descriptor == 1 ? streams.out : streams.err;
    const bool duplicate = redirection.kind == Redirection::Kind::kDuplicate;
    if (!duplicate && target == "/dev/null") {
      from = Output();
    } else if (duplicate ? target == "1" : target == "/dev/stdout") {
      from = streams.out;
    } else if (duplicate ? target == "2" : target == "/dev/stderr") {
      from = streams.err;
    } else {
      return NotUnderstood("a redirection to " + target);
    }
  }
  return std::optional(streams);
}

Result<int> Shell::RunSimple(const Command& command, Streams streams) {
  ASSIGN_OR_RETURN(const auto words, Fields(command.words, streams));
  Input file;
  ASSIGN_OR_RETURN(const auto redirected, Redirected(command, streams, file));
  if (!redirected) return 2;
  if (words.empty()) {
    substituted_status_ = 0;
    for (const Assignment& assignment : command.assignments) {
      ASSIGN_OR_RETURN(std::string value, Joined(assignment.value, *redirected));
      Set(assignment.name, std::move(value));
    }
    return substituted_status_;
  }
  // Assignments before a command hold for the command; of ours only `read` looks at one.
  std::vector<std::pair<std::string, std::optional<std::string>>> before;
  for (const Assignment& assignment : command.assignments) {
    ASSIGN_OR_RETURN(std::string value, Joined(assignment.value, *redirected));
    before.emplace_back(assignment.name, Get(assignment.name));
    Set(assignment.name, std::move(value));
  }
  Result<int> status = RunWords(words, *redirected, command.line, false);
  for (auto saved = before.rbegin(); saved != before.rend(); ++saved) {
    if (saved->second) {
      Set(saved->first, *saved->second);
    } else {
      Unset(saved->first);
    }
  }
  return status;
}

Result<int> Shell::RunWords(const std::vector<std::string>& words, const Streams& streams, int line,
                            bool external) {
  RETURN_IF_ERROR(session_.Step());
  const std::string& name = words.front();
  Call call{*this, name, {words.begin() + 1, words.end()}, streams, line};
  if (const Builtin builtin = FindBuiltin(name, external)) return builtin(call);
  const bool has_path = name.find('/') != std::string::npos;
  for (const std::string_view folder : Split(kSearchPath, ':')) {
    const std::string path = has_path ? name : std::string(folder) + "/" + name;
    if (!name.empty() && session_.node().Stat(path, true).has_value())
      return NotUnderstood("the program '" + name + "'");
  }
  if (external) return NotUnderstood("the program '" + name + "', which is not there");
  Output err = streams.err;
  err.Write(name_ + ": " + std::to_string(line) + ": " + name + ": not found\n");
  return 127;
}

}  // namespace narrows::findings::benchmark::audit
