#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/call_context.h"
#include "base/result.h"
#include "findings/benchmark/audit/facts.h"

namespace re2 {
class RE2;
}

namespace narrows::findings::benchmark::audit {

class JqPrograms;
class ClusterObjects;

struct Limits {
  size_t steps = 4'000'000;          // commands, and lines that they look at
  size_t output_bytes = 256u << 20;  // written by all commands together
  size_t file_bytes = 8u << 20;      // of one file
  int depth = 32;                    // of shells within shells
};

// What the commands of audits share: the facts, what was made of them, and the limits of the audit
// that runs. Not thread-safe.
class Session {
 public:
  Session(const NodeFacts& node, const ClusterFacts* cluster, const Limits& limits);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Begins an audit with fresh limits.
  void Begin(const CallContext& context);

  // kResourceExhausted, kDeadlineExceeded or kCancelled when the audit must end.
  Status Step(size_t steps = 1);
  // Counts bytes of output; false when they are too many, which the next Step tells.
  bool Spend(size_t bytes);
  Status EnterShell();
  void LeaveShell() { --depth_; }

  const NodeFacts& node() const { return node_; }
  const Limits& limits() const { return limits_; }
  JqPrograms& jq() { return *jq_; }
  // kFailedPrecondition without a cluster.
  Result<ClusterObjects*> objects();

  // A compiled expression in RE2's syntax, leftmost-longest as POSIX has it; kept for later calls.
  Result<const re2::RE2*> Regex(const std::string& pattern, bool ignore_case, bool longest);

 private:
  const NodeFacts& node_;
  const Limits limits_;
  CallContext context_;
  size_t steps_ = 0;
  size_t spent_ = 0;
  int depth_ = 0;
  std::unique_ptr<JqPrograms> jq_;
  std::unique_ptr<ClusterObjects> objects_;
  std::map<std::string, std::unique_ptr<re2::RE2>> expressions_;
};

// Where a command's output goes; nowhere by default.
class Output {
 public:
  Output() = default;
  Output(Session& session, std::string& text) : session_(&session), text_(&text) {}
  void Write(std::string_view bytes) {
    if (text_ != nullptr && session_->Spend(bytes.size())) *text_ += bytes;
  }

 private:
  Session* session_ = nullptr;
  std::string* text_ = nullptr;
};

// What a command reads; several commands may read one after the other.
class Input {
 public:
  explicit Input(std::string text = "") : text_(std::move(text)) {}
  bool AtEnd() const { return at_ >= text_.size(); }
  std::string_view Rest();  // all that is left
  std::string_view Line();  // with its newline, which the last one may lack

 private:
  std::string text_;
  size_t at_ = 0;
};

struct Streams {
  Input* in = nullptr;
  Output out;
  Output err;
};

}  // namespace narrows::findings::benchmark::audit
