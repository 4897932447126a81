#include "findings/benchmark/audit/session.h"

#include <re2/re2.h>

#include "base/strings.h"
#include "findings/benchmark/audit/cluster_objects.h"
#include "findings/benchmark/audit/jq.h"
#include "findings/benchmark/audit/syntax.h"

namespace narrows::findings::benchmark::audit {

Session::Session(const NodeFacts& node, const ClusterFacts* cluster, const Limits& limits)
    : node_(node), limits_(limits), jq_(std::make_unique<JqPrograms>()) {
  if (cluster != nullptr) objects_ = std::make_unique<ClusterObjects>(*cluster);
}

Session::~Session() = default;

void Session::Begin(const CallContext& context) {
  context_ = context;
  steps_ = 0;
  spent_ = 0;
  depth_ = 0;
}

Status Session::Step(size_t steps) {
  const size_t before = steps_;
  steps_ += steps;
  if (steps_ > limits_.steps)
    return ResourceExhausted("an audit of more than " + std::to_string(limits_.steps) + " steps");
  if (spent_ > limits_.output_bytes)
    return ResourceExhausted("an audit whose commands write more than " +
                             std::to_string(limits_.output_bytes >> 20) + " MiB");
  if (before / 256 != steps_ / 256) return context_.Check();
  return Ok();
}

bool Session::Spend(size_t bytes) {
  spent_ += bytes;
  return spent_ <= limits_.output_bytes;
}

Status Session::EnterShell() {
  if (++depth_ > limits_.depth) return ResourceExhausted("an audit of too many shells in shells");
  return Ok();
}

Result<ClusterObjects*> Session::objects() {
  if (objects_ == nullptr)
    return FailedPrecondition("kubectl asks a cluster, and none is known: give --kubeconfig");
  return objects_.get();
}

Result<const RE2*> Session::Regex(const std::string& pattern, bool ignore_case, bool longest) {
  const std::string key = std::string(ignore_case ? "i" : "-") + (longest ? "l" : "-") + pattern;
  auto found = expressions_.find(key);
  if (found == expressions_.end()) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_case_sensitive(!ignore_case);
    options.set_longest_match(longest);
    options.set_encoding(RE2::Options::EncodingLatin1);  // bytes, as in the C locale
    options.set_max_mem(4 << 20);
    auto expression = std::make_unique<RE2>(pattern, options);
    if (!expression->ok())
      return NotUnderstood("the regular expression '" + pattern + "': " + expression->error());
    if (expressions_.size() >= 200) expressions_.clear();
    found = expressions_.emplace(key, std::move(expression)).first;
  }
  return found->second.get();
}

std::string_view Input::Rest() {
  const std::string_view rest = std::string_view(text_).substr(at_);
  at_ = text_.size();
  return rest;
}

std::string_view Input::Line() {
  const size_t newline = text_.find('\n', at_);
  const size_t end = newline == std::string::npos ? text_.size() : newline + 1;
  const std::string_view line = std::string_view(text_).substr(at_, end - at_);
  at_ = end;
  return line;
}

}  // namespace narrows::findings::benchmark::audit
