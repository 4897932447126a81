#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "model/finding.h"

namespace narrows::storage {

struct StoredFinding {
  model::Finding finding;
  TimePoint first_seen;
  TimePoint last_seen;                   // the last scan that found it
  std::optional<TimePoint> resolved_at;  // the first scan that did not find it any more
};

// One pass of a scanner over an image, apart from its findings. A change of the advisories that
// does not concern the image needs no pass: what the last one found still holds.
struct ScanState {
  std::string scanner;
  std::string scanner_version;
  std::string database;        // identity of the advisory data base that was used
  std::string unknown_reason;  // why the image cannot be judged; empty when it can
  std::vector<std::string> statuses;
  TimePoint time;  // set by the store
};

// What a pass changed: identities, sorted.
struct FindingDelta {
  std::vector<std::string> appeared;  // new, or back after having been resolved
  std::vector<std::string> resolved;
};

// Findings in images. A finding is one row for its whole life: it appears, is seen again (which
// costs nothing), and is resolved; when it comes back its first time stays.
class FindingStore {
 public:
  virtual ~FindingStore() = default;

  // By its stable identity; nothing when it is not known.
  virtual Result<std::optional<StoredFinding>> Get(std::string_view id) const = 0;

  // Those of one image, sorted by identity; resolved ones only when asked for.
  virtual Result<std::vector<StoredFinding>> OfImage(std::string_view digest,
                                                     bool with_resolved) const = 0;

  // Those that are filed under the id (a CVE, an advisory's own id or another name of it), in all
  // images, sorted by image and identity.
  virtual Result<std::vector<StoredFinding>> OfVulnerability(std::string_view id,
                                                             bool with_resolved) const = 0;

  // The last pass of this scanner over the image; nothing before the first.
  virtual Result<std::optional<ScanState>> LastScan(std::string_view digest,
                                                    std::string_view scanner) const = 0;

  // Records a pass over a known image: `findings` are all that the scanner finds in it now.
  // kNotFound when the image is not in the store; kInvalidArgument when a finding has another
  // scanner, is about something else than a package of this image, or its id is not a
  // model::FindingIdentity; nothing is written then.
  virtual Result<FindingDelta> Replace(std::string_view digest, const ScanState& scan,
                                       const std::vector<model::Finding>& findings) = 0;
};

}  // namespace narrows::storage
