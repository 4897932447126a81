#include "findings/ignore_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::findings {
namespace {

using ::testing::HasSubstr;

TimePoint At(std::string_view time) { return *ParseRfc3339(time); }

model::Finding Finding(const std::string& id, const std::vector<std::string>& aliases = {}) {
  model::Finding finding;
  finding.vulnerability.id = id;
  finding.vulnerability.advisory = "DEBIAN-" + id;
  finding.vulnerability.aliases = aliases;
  return finding;
}

std::string ErrorOf(std::string_view text) {
  const auto rules = ParseIgnoreFile(text);
  return rules.has_value() ? "no error" : rules.error().message;
}

TEST(IgnoreFile, ReadsRulesExpiryAndReason) {
  const auto rules = ParseIgnoreFile(
      "\xEF\xBB\xBF# accepted by the platform team\r\n"
      "\r\n"
      "CVE-2024-1\r\n"
      "  GHSA-aaaa-bbbb-cccc\texp:2026-03-31   # not reachable # really \r\n"
      "CVE-2024-3#no space");
  ASSERT_TRUE(rules.has_value()) << rules.error().message;
  ASSERT_EQ(rules->size(), 3u);
  EXPECT_EQ((*rules)[0].id, "CVE-2024-1");
  EXPECT_EQ((*rules)[0].line, 3);
  EXPECT_FALSE((*rules)[0].expires.has_value());
  EXPECT_EQ((*rules)[1].expires, At("2026-03-31T00:00:00Z"));
  EXPECT_EQ((*rules)[1].reason, "not reachable # really");
  EXPECT_EQ((*rules)[2].reason, "no space");
}

TEST(IgnoreFile, NamesTheLineAndTheMistake) {
  EXPECT_THAT(ErrorOf("CVE-2024-1\nall of them"),
              HasSubstr("line 2: \"all\" is not an identifier"));
  EXPECT_THAT(ErrorOf("CVE-2024-1 CVE-2024-2"),
              HasSubstr("line 1: \"CVE-2024-2\" is not expected"));
  EXPECT_THAT(ErrorOf("CVE-2024-1 exp:tomorrow"), HasSubstr("not an expiry such as exp:"));
  EXPECT_THAT(ErrorOf("CVE-2024-1 exp:2026-02-30"), HasSubstr("not an expiry"));
  EXPECT_THAT(ErrorOf("CVE-2024-1 exp:2026-01-01 exp:2026-01-02"), HasSubstr("not expected"));
  EXPECT_THAT(ErrorOf("CVE-\x1b[2J"), HasSubstr("CVE-?[2J"));
  EXPECT_THAT(ErrorOf(std::string(kMostIgnoreFileBytes + 1, '\n')), HasSubstr("limit"));
}

TEST(IgnoreFile, SuppressesByIdAdvisoryAndAliasInAnyCase) {
  const auto rules = ParseIgnoreFile("cve-2024-1 # one\nDEBIAN-CVE-2024-2\nGHSA-x");
  const auto result =
      ApplyIgnoreRules(*rules, At("2026-01-01T00:00:00Z"),
                       {Finding("CVE-2024-1"), Finding("CVE-2024-2"),
                        Finding("CVE-2024-3", {"GHSA-x"}), Finding("CVE-2024-4", {"GHSA-y"})});
  ASSERT_EQ(result.kept.size(), 1u);
  EXPECT_EQ(result.kept[0].vulnerability.id, "CVE-2024-4");
  ASSERT_EQ(result.suppressed.size(), 3u);
  EXPECT_EQ(result.suppressed[0].by, "ignore-file");
  EXPECT_EQ(result.suppressed[0].reason, "one");
  EXPECT_TRUE(result.statuses.empty());
}

TEST(IgnoreFile, ARuleEndsAtTheStartOfItsDay) {
  const auto rules = ParseIgnoreFile("CVE-2024-1 exp:2026-03-31");
  const auto at = [&](std::string_view time) {
    return ApplyIgnoreRules(*rules, At(time), {Finding("CVE-2024-1"), Finding("CVE-2024-1")});
  };
  EXPECT_EQ(at("2026-03-30T23:59:59Z").suppressed.size(), 2u);
  const Ignored after = at("2026-03-31T00:00:00Z");
  EXPECT_EQ(after.kept.size(), 2u);
  EXPECT_THAT(after.statuses,
              ::testing::ElementsAre("line 1 of the ignore file: CVE-2024-1 expired on 2026-03-31 "
                                     "and is reported again"));
}

TEST(IgnoreFile, ARuleThatHoldsBeatsAnExpiredOne) {
  const auto rules = ParseIgnoreFile("CVE-2024-1 exp:2020-01-01\nCVE-2024-1 exp:2030-01-01");
  const auto result = ApplyIgnoreRules(*rules, At("2026-01-01T00:00:00Z"), {Finding("CVE-2024-1")});
  EXPECT_EQ(result.suppressed.size(), 1u);
  EXPECT_TRUE(result.statuses.empty());
}

TEST(IgnoreFile, ARuleMayBeOfOneWorkload) {
  const auto rules = ParseIgnoreFile(
      "host-pid in:ops/DaemonSet/agent exp:2026-03-31 # it watches\nHost-IPC in:*/Job/*\nx-y\n");
  ASSERT_TRUE(rules.has_value()) << rules.error().message;
  EXPECT_TRUE(IgnoresMisconfiguration(rules->at(0), "host-pid", "ops/DaemonSet/agent"));
  EXPECT_FALSE(IgnoresMisconfiguration(rules->at(0), "host-pid", "ops/DaemonSet/agent2"));
  EXPECT_FALSE(IgnoresMisconfiguration(rules->at(0), "host-ipc", "ops/DaemonSet/agent"));
  EXPECT_TRUE(IgnoresMisconfiguration(rules->at(1), "host-ipc", "/Job/a"));
  EXPECT_TRUE(IgnoresMisconfiguration(rules->at(2), "x-y", "a/b/c"));
  for (const char* text : {"a-b in:", "a-b in:web", "a-b in:a/b/c/d", "a-b in:a/b/c in:a/b/c"})
    EXPECT_FALSE(ParseIgnoreFile(text).has_value()) << text;
}

TEST(IgnoreFile, ARuleOfAWorkloadSuppressesNoVulnerability) {
  const auto rules = ParseIgnoreFile("CVE-2024-1 in:a/Pod/b");
  ASSERT_TRUE(rules.has_value()) << rules.error().message;
  model::Finding finding;
  finding.vulnerability.id = "CVE-2024-1";
  EXPECT_EQ(ApplyIgnoreRules(*rules, TimePoint(), {finding}).kept.size(), 1U);
}

}  // namespace
}  // namespace narrows::findings
