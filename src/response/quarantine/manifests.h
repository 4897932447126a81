#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "assessment/policy.h"
#include "model/network_policy.h"
#include "response/quarantine/record.h"

// The bodies of what we write to the API server.
namespace narrows::response::quarantine {

// The value of kRecordsAnnotation. Where the records would take more than half of what annotations
// may, only some are there, first those that name pods to
// detach: the pods carry theirs anyway.
std::string RecordsText(const std::vector<QuarantineRecord>& records);

// The ancestor's deny-all NetworkPolicy, with the records of the namespace's quarantines.
std::string DenyPolicyBody(std::string_view name_space,
                           const std::vector<QuarantineRecord>& records);
// What brings an existing one to that: the records (an empty list takes the annotation off) and,
// where `mend_spec`, a spec without rules.
std::string DenyPolicyPatch(const std::vector<QuarantineRecord>& records, bool mend_spec);
// Whether its spec is as we make it, so that it denies all.
bool IsDenyAllSpec(const model::NetworkPolicy& policy);

// The NetworkPolicy of an allow-list for the pods with that key.
std::string AllowPolicyBody(std::string_view name_space, std::string_view allow_key,
                            const assessment::AllowList& allow);
// Replaces annotations and spec of an existing one.
std::string AllowPolicyPatch(std::string_view allow_key, const assessment::AllowList& allow);
// Whether an existing one is as AllowPolicyBody makes it.
bool IsAllowPolicyOf(const model::NetworkPolicy& policy, std::string_view allow_key,
                     const assessment::AllowList& allow);

}  // namespace narrows::response::quarantine
