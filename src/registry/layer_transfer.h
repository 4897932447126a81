#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/call_context.h"
#include "base/result.h"
#include "registry/distribution_client.h"
#include "registry/registry_session.h"

namespace narrows::registry {

// Internal to the distribution client: one layer on its way to a reader. It goes on at the byte it
// has reached when a connection breaks, at the same endpoint or another: a blob is the same
// everywhere.
class LayerTransfer {
 public:
  LayerTransfer(const model::Layer& layer, const RegistryLimits& limits,
                const ImageSource::OnData& on_data)
      : layer_(layer), limits_(limits), on_data_(on_data) {}

  // Fetches what is missing from one endpoint, trying up to `attempts` times.
  Status From(RegistrySession& session, int attempts, const CallContext& context);

  // True when another endpoint cannot help: the reader has ended it.
  bool ended_by_reader() const { return ended_by_reader_; }

 private:
  Status Once(RegistrySession& session, const CallContext& context,
              std::optional<std::chrono::milliseconds>& retry_after);
  Status CheckHead(const http::HttpResponse& head);
  Status Deliver(std::string_view piece);

  const model::Layer& layer_;
  const RegistryLimits& limits_;
  const ImageSource::OnData& on_data_;
  int64_t reached_ = 0;  // bytes the reader has
  int64_t skip_ = 0;     // of this answer: the reader has them already
  bool ended_by_reader_ = false;
};

}  // namespace narrows::registry
