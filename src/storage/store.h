#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "storage/action_store.h"
#include "storage/assessment_store.h"
#include "storage/finding_store.h"
#include "storage/image_store.h"
#include "storage/policy_store.h"

namespace narrows::storage {

enum class ChangeKind { kImage, kFindings, kAssessment, kAction, kPolicy };
std::string_view ToString(ChangeKind kind);  // "image", "findings", …

// Something was written: what kind of thing and its key (an image's digest for kImage and
// kFindings, "namespace/Kind/name policy" for kAssessment, an action's id, a policy's name).
struct Change {
  ChangeKind kind = ChangeKind::kImage;
  std::string key;
  TimePoint time;
};

struct ChangePage {
  std::vector<Change> changes;  // oldest first
  std::string next;             // cursor behind the last of them
  bool more = false;            // there are more behind it already
};

// A consistent state of the store: later writes are not seen. Used by one thread at a time; keep it
// short (while it lives, the store cannot reclaim what was overwritten since).
class Snapshot {
 public:
  virtual ~Snapshot() = default;

  virtual const ImageStore& images() const = 0;
  virtual const FindingStore& findings() const = 0;
  virtual const AssessmentStore& assessments() const = 0;
  virtual const ActionStore& actions() const = 0;
  virtual const PolicyStore& policies() const = 0;

  // The cursor behind the newest change.
  virtual Result<std::string> LatestCursor() const = 0;

  // Changes behind the cursor; "" means from the oldest that is kept. kOutOfRange when changes
  // behind it were already dropped or it is another store's: read everything anew and go on from
  // LatestCursor. kInvalidArgument when it is no cursor.
  virtual Result<ChangePage> ChangesSince(std::string_view cursor, size_t most) const = 0;
};

// All or nothing: what is written through it is seen by others after Commit, and never when it is
// destroyed before. It sees its own writes. Used by one thread at a time.
class Transaction : public Snapshot {
 public:
  using Snapshot::actions;
  using Snapshot::assessments;
  using Snapshot::findings;
  using Snapshot::images;
  using Snapshot::policies;
  virtual ImageStore& images() = 0;
  virtual FindingStore& findings() = 0;
  virtual AssessmentStore& assessments() = 0;
  virtual ActionStore& actions() = 0;
  virtual PolicyStore& policies() = 0;

  // After any failed write or commit the transaction cannot be committed any more.
  virtual Status Commit() = 0;
};

// How long and how much is kept; what goes beyond is dropped by Compact.
struct Retention {
  Duration resolved_findings = std::chrono::hours(24 * 30);
  Duration unseen_images = std::chrono::hours(24 * 30);  // with their findings
  Duration transitions = std::chrono::hours(24 * 90);
  Duration actions = std::chrono::hours(24 * 365);
  size_t policy_versions = 100;  // of each policy
  size_t changes = 100000;
};

struct Compaction {
  size_t images = 0;
  size_t findings = 0;
  size_t transitions = 0;
  size_t actions = 0;
};

// What Narrows remembers of one cluster. All members are thread-safe; snapshots and transactions
// belong to the thread that uses them and must not outlive the store. A store serves a control loop
// that writes on one thread, and any number of threads that read.
class Store {
 public:
  virtual ~Store() = default;

  // UID of the namespace kube-system of the cluster whose rows this object sees and writes.
  virtual const std::string& cluster() const = 0;

  virtual Result<std::unique_ptr<Snapshot>> Read() const = 0;

  // `now` is the time of all that is written. kFailedPrecondition when the store was opened for
  // reading or another transaction is open.
  virtual Result<std::unique_ptr<Transaction>> Begin(TimePoint now) = 0;

  // Drops what retention does not keep and gives space back. Errors as of Begin.
  virtual Result<Compaction> Compact(TimePoint now) = 0;
};

}  // namespace narrows::storage
