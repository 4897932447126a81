#pragma once

#include <string>
#include <string_view>

#include "assessment/policy.h"
#include "base/result.h"

namespace narrows::assessment {

// Reads an InspectionPolicy object. All that is wrong is said in one kInvalidArgument, each with
// its place: "spec.inspection.baselines[0].epss: …; …". Unknown fields are passed over; the
// ancestor's that do nothing here yet become notices. Bounded: at most 1 MiB and the limits of the
// CustomResourceDefinition.
Result<Policy> ParsePolicy(std::string_view object_json);

// The metadata alone, which can also be read where the spec is wrong.
Result<ObjectMeta> ParseObjectMeta(std::string_view object_json);

// The object without passwords, managedFields and kubectl's copy of it (which repeats the
// password): what must be used whenever an object is stored or logged.
Result<std::string> RedactedJson(std::string_view object_json);

}  // namespace narrows::assessment
