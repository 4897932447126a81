#pragma once

#include <chrono>
#include <optional>

#include "base/call_context.h"
#include "base/result.h"
#include "registry/distribution_client.h"

namespace narrows::registry {

// Internal to the distribution client: how often and how soon a request is repeated.
class Backoff {
 public:
  Backoff(const RegistryLimits& limits, int attempts) : limits_(limits), attempts_(attempts) {}

  // After a failed attempt: Ok, once it is time for the next; else the error to give up with.
  // `progressed`: the attempt has brought something, so that failures are counted anew.
  Status Next(const Error& error, std::optional<std::chrono::milliseconds> retry_after,
              bool progressed, const CallContext& context);

 private:
  const RegistryLimits& limits_;
  const int attempts_;
  int failures_ = 0;
  int progresses_ = 0;
};

}  // namespace narrows::registry
