// What was understood of a script, as text.
#include "findings/benchmark/audit/builtins.h"
#include "findings/benchmark/audit/interpreter.h"
#include "findings/benchmark/audit/syntax.h"

namespace narrows::findings::benchmark::audit {
namespace {

class Explanation {
 public:
  std::string Take() { return std::move(out_); }

  void Add(const List& list, size_t depth) {
    for (const List::Item& item : list.items) {
      if (item.joint == List::Item::Joint::kAnd) Line(depth, "and, if that succeeded:");
      if (item.joint == List::Item::Joint::kOr) Line(depth, "or, if that failed:");
      const bool piped = item.pipeline.commands.size() > 1;
      if (item.pipeline.negated) Line(depth, "the opposite of:");
      for (size_t i = 0; i < item.pipeline.commands.size(); ++i) {
        if (piped && i > 0) Line(depth, "its output into:");
        Add(item.pipeline.commands[i], depth + (piped && i > 0 ? 1 : 0));
      }
    }
  }

 private:
  void Line(size_t depth, const std::string& text) {
    out_ += std::string(depth * 2, ' ') + text + "\n";
  }

  static std::string Text(const Word& word) {
    std::string text;
    for (const Part& part : word) {
      switch (part.kind) {
        case Part::Kind::kText:
          text += part.text;
          break;
        case Part::Kind::kVariable:
          text += part.op == "length" ? "${#" + part.text + "}"
                                      : "${" + part.text + part.op + Text(part.word) + "}";
          break;
        case Part::Kind::kCommand:
          text += "$(…)";
          break;
      }
    }
    return text;
  }

  // The commands whose output is part of a word come before it.
  void AddSubstitutions(const Word& word, size_t depth) {
    for (const Part& part : word) {
      if (part.kind != Part::Kind::kCommand) continue;
      Line(depth, "$(…) is the output of:");
      Add(*part.command, depth + 1);
    }
  }

  void Add(const Command& command, size_t depth) {
    switch (command.kind) {
      case Command::Kind::kSimple:
        Simple(command, depth);
        break;
      case Command::Kind::kIf:
        for (size_t i = 0; i < command.bodies.size(); ++i) {
          if (i < command.conditions.size()) {
            Line(depth, i == 0 ? "if:" : "else if:");
            Add(command.conditions[i], depth + 1);
            Line(depth, "then:");
          } else {
            Line(depth, "else:");
          }
          Add(command.bodies[i], depth + 1);
        }
        break;
      case Command::Kind::kFor:
        For(command, depth);
        break;
      case Command::Kind::kWhile:
      case Command::Kind::kUntil:
        Line(depth, command.kind == Command::Kind::kWhile ? "as long as:" : "until:");
        Add(command.conditions.front(), depth + 1);
        Line(depth, "do:");
        Add(command.bodies.front(), depth + 1);
        break;
      case Command::Kind::kGroup:
      case Command::Kind::kSubshell:
        Add(command.bodies.front(), depth);
        break;
    }
  }

  void For(const Command& command, size_t depth) {
    std::string line = "for each " + command.variable + " of:";
    for (const Word& word : command.words) {
      AddSubstitutions(word, depth);
      line += " " + Text(word);
    }
    Line(depth, line);
    Add(command.bodies.front(), depth + 1);
  }

  void Simple(const Command& command, size_t depth) {
    for (const Assignment& assignment : command.assignments) {
      AddSubstitutions(assignment.value, depth);
      Line(depth, assignment.name + " becomes '" + Text(assignment.value) + "'");
    }
    if (command.words.empty()) return;
    std::string line;
    for (const Word& word : command.words) {
      AddSubstitutions(word, depth);
      line += (line.empty() ? "" : " ") + Text(word);
    }
    const std::string name = Text(command.words.front());
    if (FindBuiltin(name, false) == nullptr && name.find('$') == std::string::npos)
      line += "   (no command of ours: not understood where the node has it)";
    Line(depth, line);
    if (IsShell(name) && command.words.size() > 2 && Text(command.words[1]) == "-c") {
      const auto script = ParseScript(Text(command.words[2]));
      if (script.has_value()) Add(*script, depth + 1);
    }
  }

  static bool IsShell(const std::string& name) { return name == "sh" || name == "/bin/sh"; }

  std::string out_;
};

}  // namespace

Result<std::string> Explain(std::string_view script) {
  ASSIGN_OR_RETURN(const List list, ParseScript(script));
  Explanation explanation;
  explanation.Add(list, 0);
  return explanation.Take();
}

}  // namespace narrows::findings::benchmark::audit
