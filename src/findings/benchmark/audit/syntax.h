#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// The shell language of audits as a tree: POSIX `sh` without functions, `case`, here-documents,
// arithmetic and background commands.
namespace narrows::findings::benchmark::audit {

struct List;

struct Part;
using Word = std::vector<Part>;  // its parts, joined

struct Part {
  enum class Kind { kText, kVariable, kCommand };
  Kind kind = Kind::kText;
  bool quoted = false;  // neither split nor a pattern
  std::string text;     // of kText, or the variable's name
  std::string op;  // of ${name op word}: "" ":-" "-" ":=" "=" ":+" "+" "%" "%%" "#" "##"; "length"
  Word word;
  std::shared_ptr<const List> command;  // trees are never changed, so copies of a word share it
};

struct Redirection {
  enum class Kind { kInput, kOutput, kDuplicate };
  Kind kind = Kind::kOutput;
  int descriptor = 1;
  Word target;
};

struct Assignment {
  std::string name;
  Word value;
};

struct Command {
  enum class Kind { kSimple, kIf, kFor, kWhile, kUntil, kGroup, kSubshell };
  Kind kind = Kind::kSimple;
  int line = 1;
  std::vector<Assignment> assignments;
  std::vector<Word> words;       // of kSimple; what kFor runs over
  std::string variable;          // of kFor
  std::vector<List> conditions;  // of kIf, one for each body; one of kWhile and kUntil
  std::vector<List> bodies;      // of kIf one more than conditions when there is an else
  std::vector<Redirection> redirections;
};

struct Pipeline {
  bool negated = false;
  std::vector<Command> commands;
};

struct List {
  struct Item {
    enum class Joint { kAlways, kAnd, kOr };
    Joint joint = Joint::kAlways;  // with what is before it
    Pipeline pipeline;
  };
  std::vector<Item> items;
};

// kUnimplemented "not understood: …, line N" for what is not of this language, a text that is not
// closed included; kResourceExhausted above 64 KiB or 40 levels.
Result<List> ParseScript(std::string_view script);

// kUnimplemented: "not understood: what".
Error NotUnderstood(std::string_view what);

}  // namespace narrows::findings::benchmark::audit
