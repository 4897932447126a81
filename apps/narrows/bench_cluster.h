#pragma once

#include <memory>
#include <string>

#include "base/call_context.h"
#include "base/clock.h"
#include "base/result.h"
#include "commands.h"
#include "findings/benchmark/audit/facts.h"

namespace narrows::app {

// The cluster that kubectl would ask, for audits. Nothing is asked before the first audit wants to
// know; its Error then is that of the connection or its configuration.
class BenchCluster final : public findings::benchmark::audit::ClusterFacts {
 public:
  BenchCluster(const ClusterFlags& flags, const CallContext& context);
  ~BenchCluster() override;

  Result<std::string> List(std::string_view resource, std::string_view name_space) const override;
  Result<bool> CanI(std::string_view verb, std::string_view resource, std::string_view name_space,
                    std::string_view user) const override;
  std::string DefaultNamespace() const override { return "default"; }

  // The kubelet's version of this node, or of the first where none has its name: "v1.28.4+k3s1".
  Result<std::string> KubernetesVersion() const;

 private:
  struct Connection;
  Result<Connection*> Connect() const;

  const ClusterFlags flags_;
  const CallContext context_;
  mutable std::unique_ptr<Connection> connection_;
};

}  // namespace narrows::app
