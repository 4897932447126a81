#include "control/quarantine_marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubernetes/list_only_client_testing.h"
#include "response/quarantine/manifests.h"
#include "response/quarantine/planner.h"
#include "response/quarantine/units.h"

namespace narrows::control {
namespace {

namespace quarantine = response::quarantine;

class Listing final : public kubernetes::ListOnlyClient {
 public:
  std::map<std::string, std::string> items;  // by plural

  Result<std::string> List(const kubernetes::ResourceType& type, const kubernetes::ListOptions&,
                           const CallContext&) override {
    return R"({"metadata":{"resourceVersion":"1"},"items":[)" + items[type.plural] + "]}";
  }
};

std::vector<quarantine::QuarantineRecord> Records(std::initializer_list<const char*> workloads) {
  std::vector<quarantine::QuarantineRecord> records;
  for (const char* workload : workloads) {
    quarantine::QuarantineRecord record;
    record.workload = workload;
    record.claims = {{"p", TimePoint(std::chrono::hours(1)), {}}};
    records.push_back(record);
  }
  return records;
}

TEST(QuarantineMarks, KnowAWorkloadWhosePodsAreAllGone) {
  Listing client;
  client.items["networkpolicies"] = quarantine::DenyPolicyBody(
      "shop", Records({"shop/CronJob/nightly", "shop/Deployment/web", "blog/Deployment/cms"}));
  client.items["pods"] = R"({"metadata":{"name":"web-1","namespace":"shop","uid":"u",
      "labels":{"goharbor.io/controller":"CNSI","goharbor.io/inspection":"risk"},
      "annotations":{"narrows.goharbor.io/quarantine":"{\"workload\":\"shop/Deployment/web\",
      \"claims\":[{\"policy\":\"p\",\"since\":\"1970-01-01T01:00:00Z\"}]}"}}})";
  client.items["pods"].erase(
      std::remove(client.items["pods"].begin(), client.items["pods"].end(), '\n'),
      client.items["pods"].end());
  const auto marks = ReadQuarantineMarks(client, {});
  ASSERT_TRUE(marks.has_value()) << marks.error().message;
  std::vector<std::string> isolated;
  for (const auto& unit : quarantine::ObserveUnits(marks->AsSituation())) {
    ASSERT_TRUE(unit.observed.has_value()) << unit.key;
    EXPECT_THAT(unit.observed->Policies(), testing::ElementsAre("p"));
    isolated.push_back(unit.key + " " + std::to_string(unit.pods.size()));
  }
  // Whoever may write this NetworkPolicy has no say in namespace blog.
  EXPECT_THAT(isolated, testing::ElementsAre("shop/CronJob/nightly 0", "shop/Deployment/web 1"));
  EXPECT_FALSE(quarantine::HoldsNothing(marks->AsSituation(), "p"));
}

}  // namespace
}  // namespace narrows::control
