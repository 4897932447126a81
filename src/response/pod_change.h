#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/workload.h"

namespace narrows::response {

// What is to become of a pod's labels and annotations: the intent, from which the patch is derived
// against the pod as it is at that moment.
struct PodChange {
  model::Labels set_labels;  // of our own domain
  std::vector<std::string> remove_labels;
  // Labels of other domains to take off, with the values they had when this was planned. The caller
  // saves them in an annotation.
  model::Labels take_off;
  model::Labels put_back;  // where the pod has no such label by now
  model::Labels set_annotations;
  std::vector<std::string> remove_annotations;

  bool empty() const;
  // "+goharbor.io/inspection=risk -app", for a person.
  std::string ToString() const;
  friend bool operator==(const PodChange&, const PodChange&) = default;
};

// The JSON patch (RFC 6902) that makes the change; empty when the pod is so already. Each value
// that is overwritten or removed is tested first, and the UID, so that a pod changed meanwhile
// refuses the patch (HTTP 422, kInvalidArgument) instead of losing something. A label of another
// value than the one `take_off` says is kFailedPrecondition: to be planned anew.
Result<std::string> PodPatch(std::string_view pod_json, const PodChange& change);

}  // namespace narrows::response
