#pragma once

#include "storage/assessment_store.h"
#include "storage/finding_store.h"
#include "storage/sqlite/session.h"

namespace narrows::storage {

class SqliteAssessments final : public AssessmentStore {
 public:
  SqliteAssessments(Session& session, const FindingStore& findings)
      : session_(session), findings_(findings) {}

  Result<std::vector<model::Assessment>> Latest(const AssessmentFilter& filter) const override;
  Result<std::vector<FindingUse>> UsesOf(std::string_view image_digest,
                                         std::string_view finding) const override;
  Result<std::vector<VerdictTransition>> Transitions(const model::WorkloadRef& workload,
                                                     std::string_view policy,
                                                     size_t most) const override;
  Result<std::vector<VerdictTransition>> RecentTransitions(size_t most) const override;
  Result<bool> Put(const model::Assessment& assessment) override;
  Status Remove(const model::WorkloadRef& workload, std::string_view policy) override;

 private:
  Result<bool> Write(const model::Assessment& assessment);
  Status WriteEvidence(int64_t row, const model::Assessment& assessment);
  Status WriteOneEvidence(int64_t row, int64_t container, bool suppressed, int64_t ordinal,
                          const std::string& finding, const std::string& rule,
                          const std::string& reason);
  Status WriteImages(int64_t row, const model::Assessment& assessment);
  Status ReadEvidence(int64_t row, model::Assessment& assessment) const;
  Status Erase(const model::WorkloadRef& workload, std::string_view policy);
  Status AddTransition(int64_t workload, std::string_view policy,
                       std::optional<model::Verdict> from, std::optional<model::Verdict> to,
                       TimePoint time);

  Session& session_;
  const FindingStore& findings_;
};

}  // namespace narrows::storage
