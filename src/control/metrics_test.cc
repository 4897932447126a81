#include "control/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::control {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, CountsAndGaugesAppearInTheTextFormat) {
  Metrics metrics("1.2.3");
  metrics.Reconciled(std::chrono::milliseconds(5), false);
  metrics.Reconciled(std::chrono::milliseconds(5), false);
  metrics.Acted("quarantine", true);
  metrics.SetVerdicts({3, 2, 1});
  metrics.SetQuarantined(2);
  metrics.SetLeader(true);
  const std::string text = metrics.Serialize();
  EXPECT_THAT(text, HasSubstr("narrows_build_info{version=\"1.2.3\"} 1"));
  EXPECT_THAT(text, HasSubstr("narrows_reconciles_total{result=\"success\"} 2"));
  EXPECT_THAT(text, HasSubstr("narrows_actions_total{kind=\"quarantine\",result=\"error\"} 1"));
  EXPECT_THAT(text, HasSubstr("narrows_assessments{verdict=\"violated\"} 2"));
  EXPECT_THAT(text, HasSubstr("narrows_quarantined_workloads 2"));
  EXPECT_THAT(text, HasSubstr("narrows_leader 1"));
}

}  // namespace
}  // namespace narrows::control
