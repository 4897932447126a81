#pragma once

#include <map>

#include "storage/finding_store.h"
#include "storage/sqlite/session.h"

namespace narrows::storage {

class SqliteFindings final : public FindingStore {
 public:
  explicit SqliteFindings(Session& session) : session_(session) {}

  Result<std::optional<StoredFinding>> Get(std::string_view id) const override;
  Result<std::vector<StoredFinding>> OfImage(std::string_view digest,
                                             bool with_resolved) const override;
  Result<std::vector<StoredFinding>> OfVulnerability(std::string_view id,
                                                     bool with_resolved) const override;
  Result<std::optional<ScanState>> LastScan(std::string_view digest,
                                            std::string_view scanner) const override;
  Result<FindingDelta> Replace(std::string_view digest, const ScanState& scan,
                               const std::vector<model::Finding>& findings) override;

 private:
  struct Row {
    int64_t package = 0;
    int64_t advisory = 0;
    bool resolved = false;
    bool found = false;  // by this pass
  };
  using Rows = std::map<std::string, Row>;  // by the identity's bytes

  Result<FindingDelta> Write(std::string_view digest, const ScanState& scan,
                             const std::vector<model::Finding>& findings);
  Result<Rows> Existing(int64_t image, std::string_view scanner) const;
  Result<int64_t> InternAdvisory(const model::Finding& finding, const model::Package& package);
  // True when the finding is new or back.
  Result<bool> WriteFinding(int64_t image, const std::string& identity,
                            const model::Finding& finding, Rows& rows);
  Status WriteScan(int64_t image, const ScanState& scan);

  Session& session_;
};

}  // namespace narrows::storage
