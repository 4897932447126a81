// An audit's script, run on a node of nothing: it ends, and says what it does not understand.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "findings/benchmark/audit/interpreter.h"
#include "findings/benchmark/audit/made_up_node_testing.h"

using narrows::findings::benchmark::audit::Explain;
using narrows::findings::benchmark::audit::Interpreter;
using narrows::findings::benchmark::audit::Limits;
using narrows::findings::benchmark::audit::MadeUpNode;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view script(reinterpret_cast<const char*>(data), size);
  static const MadeUpNode* const node = [] {
    auto* made_up = new MadeUpNode();
    made_up->AddFile("/etc/kubernetes/admin.conf", "providers:\n- aescbc: {}\n");
    made_up->AddProcess("kubelet", {"/usr/bin/kubelet", "--config=/x"});
    return made_up;
  }();
  Limits limits;
  limits.steps = 2'000;
  limits.output_bytes = 1 << 20;
  Interpreter interpreter(*node, nullptr, limits);
  static_cast<void>(
      interpreter.Run(script, narrows::CallContext::WithTimeout(std::chrono::seconds(2))));
  static_cast<void>(Explain(script));
  return 0;
}
