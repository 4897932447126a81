#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/call_context.h"
#include "base/result.h"
#include "findings/benchmark/audit/facts.h"
#include "findings/benchmark/audit/session.h"

namespace narrows::findings::benchmark::audit {

struct Outcome {
  std::string output;  // standard output and standard error, as they came
  int exit_code = 0;
};

// Understands the shell scripts of control files: their output is what `/bin/sh` (dash) would have
// printed on the node, with kubectl answered by the cluster's objects. Nothing is executed and
// nothing is written. Not thread-safe; what the cluster was asked for is kept for later audits.
class Interpreter {
 public:
  // The facts must outlive this. `cluster` may be null.
  Interpreter(const NodeFacts& node, const ClusterFacts* cluster, const Limits& limits = {});
  ~Interpreter();

  // kUnimplemented ("not understood: …") for a script or an option that is not of the subset,
  // kFailedPrecondition where a cluster is needed, kResourceExhausted, kDeadlineExceeded and
  // kCancelled at the limits; what the facts fail with.
  Result<Outcome> Run(std::string_view script, const CallContext& context);

 private:
  std::unique_ptr<Session> session_;
};

// The script as it was understood, one line a command, indented by structure; errors as in Run.
Result<std::string> Explain(std::string_view script);

}  // namespace narrows::findings::benchmark::audit
