#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "base/call_context.h"
#include "base/clock.h"
#include "base/result.h"
#include "kubernetes/api_client.h"

namespace narrows::kubernetes {

struct LeaderElectionOptions {
  std::string name_space;
  std::string lease;     // name of the coordination.k8s.io/v1 Lease; made when it is not there
  std::string identity;  // unique among the candidates: the pod's name
  std::chrono::seconds lease_duration{15};
  // A leader that could not renew for so long stops; the rest of the lease's duration is the time
  // its work has to end in.
  std::chrono::seconds renew_deadline{10};
  std::chrono::milliseconds retry_period{2'000};
};

// One candidate for a Lease. Another's lease counts as expired when this candidate has seen no
// renewal of it for its duration, by its own clock: clocks of two machines are never compared.
// Not thread-safe.
class LeaderElector {
 public:
  // Both outlive it.
  LeaderElector(ApiClient& client, const Clock& clock, LeaderElectionOptions options);

  // One try to get or keep the lease; true while this candidate holds it. An Error says that it is
  // not known (the API server is away); the lease may still be held.
  Result<bool> TryAcquireOrRenew(const CallContext& context);

  // Gives the lease away, so that the next needs not wait; nothing when it isn't held.
  Status Release(const CallContext& context);

  const std::string& holder() const { return observed_.holder; }  // as last seen; may be empty

 private:
  struct Record {
    std::string holder;
    std::chrono::seconds duration{0};
    std::string renewed;  // RFC 3339, compared as text only
    std::string acquired;
    int64_t transitions = 0;
    std::string resource_version;
  };

  Result<Record> Read(const std::string& body) const;
  std::string Body(const Record& record) const;
  Result<bool> CreateLease(const CallContext& context);
  void Observe(Record record);

  ApiClient& client_;
  const Clock& clock_;
  const LeaderElectionOptions options_;
  Record observed_;
  TimePoint observed_at_;  // when `observed_` was last seen to change
};

// Waits to become the leader, then calls `work` in a thread of its own, with a context that ends
// when `context` does or when the lease is lost; keeps renewing meanwhile. After `work` has
// returned it releases the lease. kAborted: the lease was lost (start anew); kCancelled and
// kDeadlineExceeded by `context`; success when `work` returned by itself.
Status RunAsLeader(ApiClient& client, const Clock& clock, const LeaderElectionOptions& options,
                   const CallContext& context,
                   const std::function<void(const CallContext& context)>& work);

}  // namespace narrows::kubernetes
