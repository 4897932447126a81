#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "findings/benchmark/audit/pattern.h"
#include "findings/benchmark/audit/session.h"
#include "findings/benchmark/audit/syntax.h"

namespace narrows::findings::benchmark::audit {

// Runs a tree as dash does. A copy is a subshell: what it sets, the original does not see.
class Shell {
 public:
  // `name` is $0, which messages begin with.
  Shell(Session& session, std::string name, std::vector<std::string> arguments = {});

  // The exit status. An Error ends the whole audit: what is not understood, or a limit.
  Result<int> Run(const List& list, const Streams& streams);

  // Runs a command by its words, without the shell's own commands where `external`.
  Result<int> RunWords(const std::vector<std::string>& words, const Streams& streams, int line,
                       bool external);

  // The shell's own commands need these.
  Session& session() { return session_; }
  void Set(const std::string& name, std::string value);
  void Unset(const std::string& name) { variables_.erase(name); }
  std::optional<std::string> Get(const std::string& name) const;
  enum class Flow { kOn, kBreak, kContinue, kExit };
  void SetFlow(Flow flow, int levels) {
    flow_ = flow;
    flow_levels_ = levels;
  }
  int last_status() const { return status_; }
  const std::string& name() const { return name_; }
  int loops() const { return loops_; }

 private:
  Result<int> RunPipeline(const Pipeline& pipeline, const Streams& streams);
  Result<int> RunCommand(const Command& command, const Streams& streams);
  Result<int> RunSimple(const Command& command, Streams streams);
  Result<int> RunIf(const Command& command, const Streams& streams);
  Result<int> RunFor(const Command& command, const Streams& streams);
  Result<int> RunWhile(const Command& command, const Streams& streams);
  // False when the loop must end.
  bool GoesOn();
  // Nothing when a redirection failed; the message has been written then.
  Result<std::optional<Streams>> Redirected(const Command& command, Streams streams, Input& file);

  // expansion.cc
  Result<std::vector<std::string>> Fields(const std::vector<Word>& words, const Streams& streams);
  Result<std::string> Joined(const Word& word, const Streams& streams);
  Result<MarkedText> Marked(const Word& word, const Streams& streams);
  Status AddFields(const Word& word, const Streams& streams, std::vector<std::string>& fields);
  Result<std::string> Value(const Part& part, const Streams& streams);
  Result<std::string> Substituted(const List& list, const Streams& streams);
  Status AddPaths(const MarkedText& field, std::vector<std::string>& fields);

  Session& session_;
  std::string name_;
  std::vector<std::string> arguments_;
  std::map<std::string, std::string> variables_;
  int status_ = 0;
  int substituted_status_ = 0;
  Flow flow_ = Flow::kOn;
  int flow_levels_ = 0;
  int loops_ = 0;
};

// Splits as `read` and field splitting do: at runs of the white space in `separators`, and at each
// of its other bytes. At most `most` fields, the last one with all that is left.
std::vector<std::string> SplitFields(std::string_view text, std::string_view separators,
                                     size_t most = SIZE_MAX);

}  // namespace narrows::findings::benchmark::audit
