#pragma once

#include "storage/action_store.h"
#include "storage/policy_store.h"
#include "storage/sqlite/session.h"

namespace narrows::storage {

class SqliteActions final : public ActionStore {
 public:
  explicit SqliteActions(Session& session) : session_(session) {}

  Result<std::vector<model::ActionRecord>> List(const ActionFilter& filter) const override;
  Status Put(const model::ActionRecord& action) override;

 private:
  Status Write(const model::ActionRecord& action);

  Session& session_;
};

class SqlitePolicies final : public PolicyStore {
 public:
  explicit SqlitePolicies(Session& session) : session_(session) {}

  Result<std::vector<PolicyVersion>> History(std::string_view name) const override;
  Status Record(const PolicyVersion& version) override;

 private:
  Status Write(const PolicyVersion& version);

  Session& session_;
};

}  // namespace narrows::storage
