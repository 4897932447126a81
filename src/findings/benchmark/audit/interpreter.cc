#include "findings/benchmark/audit/interpreter.h"

#include "findings/benchmark/audit/shell.h"
#include "findings/benchmark/audit/syntax.h"

namespace narrows::findings::benchmark::audit {

Interpreter::Interpreter(const NodeFacts& node, const ClusterFacts* cluster, const Limits& limits)
    : session_(std::make_unique<Session>(node, cluster, limits)) {}

Interpreter::~Interpreter() = default;

Result<Outcome> Interpreter::Run(std::string_view script, const CallContext& context) {
  ASSIGN_OR_RETURN(const List list, ParseScript(script));
  session_->Begin(context);
  RETURN_IF_ERROR(context.Check());
  Outcome outcome;
  Input nothing;
  Streams streams;
  streams.in = &nothing;
  streams.out = Output(*session_, outcome.output);
  streams.err = streams.out;
  Shell shell(*session_, "/bin/sh");
  ASSIGN_OR_RETURN(outcome.exit_code, shell.Run(list, streams));
  RETURN_IF_ERROR(session_->Step());
  return outcome;
}

}  // namespace narrows::findings::benchmark::audit
