#include "assessment/policy_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assessment/setting_parser.h"

namespace narrows::assessment {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string WithInspection(const std::string& inspection, const std::string& more = "") {
  return R"({"apiVersion":"goharbor.goharbor.io/v1alpha1","kind":"InspectionPolicy",
             "metadata":{"name":"p","uid":"u1","generation":3,"resourceVersion":"7"},
             "spec":{"inspection":)" +
         inspection + more + "}}";
}

Policy Parsed(const std::string& json) {
  auto policy = ParsePolicy(json);
  EXPECT_TRUE(policy.has_value()) << policy.error().message;
  return policy.has_value() ? *std::move(policy) : Policy();
}

std::string NoticeFor(const std::vector<Notice>& notices, std::string_view field) {
  for (const Notice& notice : notices) {
    if (notice.field == field) return notice.text;
  }
  return "";
}

TEST(PolicyParser, SmallestPolicyHasTheAncestorsDefaults) {
  const Policy policy = Parsed(WithInspection("{}"));
  EXPECT_EQ(policy.meta.name, "p");
  EXPECT_EQ(policy.meta.uid, "u1");
  EXPECT_EQ(policy.meta.generation, 3);
  EXPECT_EQ(policy.meta.resource_version, "7");
  EXPECT_FALSE(policy.meta.deleting);
  EXPECT_TRUE(policy.Active());
  EXPECT_FALSE(policy.suspend);
  EXPECT_TRUE(policy.scanners.image);
  EXPECT_FALSE(policy.scanners.risk);
  EXPECT_EQ(policy.work_namespace, "");
  EXPECT_FALSE(policy.schedule.has_value());
  EXPECT_TRUE(policy.namespace_selector.empty());
  EXPECT_EQ(policy.on_unknown, OnUnknown::kReport);
  EXPECT_TRUE(policy.notices.empty());
}

TEST(PolicyParser, NullCountsAsAbsent) {
  const Policy policy =
      Parsed(WithInspection(R"({"baselines":null,"namespaceSelector":null,"onUnknown":null})",
                            R"(,"inspector":null,"strategy":null,"schedule":null,"enabled":null)"));
  EXPECT_TRUE(policy.enabled);
  EXPECT_TRUE(policy.scanners.image);
}

TEST(PolicyParser, ReadsEveryNewField) {
  const Policy policy = Parsed(WithInspection(R"({
    "namespaceSelector":{"matchExpressions":[{"key":"env","operator":"NotIn","values":["dev"]}]},
    "workloadSelector":{"matchLabels":{"app":"shop"}},
    "baselines":[{"kind":"vulnerability","version":"v1.1",
      "scheme":"application/vnd.security.vulnerability.report; version=1.1",
      "baseline":"Medium","onlyFixed":true,"kev":true,"epss":"0.5"}],
    "onUnknown":"fail",
    "exceptions":[{"id":"CVE-2024-1","package":"pkg:deb/debian/openssl",
      "workloads":{"matchLabels":{"app":"shop"}},"reason":"not reachable","expires":"2026-12-31"}],
    "actions":[{"kind":"quarantine_vulnerable_workload","mode":"plan","isolation":"detach",
      "allow":{"dns":true,"peers":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}},
        {"podSelector":{},"namespaceSelector":{"matchLabels":{"team":"sre"}}}]},
      "expiresAfter":"72h","maxPercent":25,"ignore":{"matchLabels":{"keep":"yes"}}},
      {"kind":"alert"}],
    "releases":[{"namespace":"n","kind":"Deployment","name":"web","reason":"known",
      "until":"2026-02-01T00:00:00Z"}]})",
                                              R"(,"enabled":false,"schedule":"*/5 * * * *",
    "settingsName":"s","workNamespace":"w","strategy":{"suspend":true})"));
  EXPECT_FALSE(policy.enabled);
  EXPECT_TRUE(policy.suspend);
  EXPECT_EQ(policy.settings_name, "s");
  EXPECT_EQ(policy.work_namespace, "w");
  EXPECT_EQ(policy.schedule->text(), "*/5 * * * *");
  EXPECT_EQ(policy.namespace_selector.ToString(), "env notin (dev)");
  EXPECT_EQ(policy.workload_selector.ToString(), "app=shop");
  ASSERT_EQ(policy.baselines.size(), 1u);
  EXPECT_EQ(policy.baselines[0].accepted, model::Severity::kMedium);
  EXPECT_TRUE(policy.baselines[0].only_fixed);
  EXPECT_TRUE(policy.baselines[0].kev);
  EXPECT_DOUBLE_EQ(policy.baselines[0].epss.value_or(-1), 0.5);
  EXPECT_EQ(policy.on_unknown, OnUnknown::kFail);
  ASSERT_EQ(policy.exceptions.size(), 1u);
  EXPECT_EQ(policy.exceptions[0].id, "CVE-2024-1");
  EXPECT_EQ(policy.exceptions[0].package->text(), "pkg:deb/debian/openssl");
  EXPECT_EQ(policy.exceptions[0].workloads->ToString(), "app=shop");
  EXPECT_FALSE(policy.exceptions[0].ExpiredAt(*ParseRfc3339("2026-12-31T23:59:59Z")));
  EXPECT_TRUE(policy.exceptions[0].ExpiredAt(*ParseRfc3339("2027-01-01T00:00:00Z")));
  const Action* quarantine = policy.Find(ActionKind::kQuarantine);
  ASSERT_NE(quarantine, nullptr);
  EXPECT_EQ(quarantine->mode, ActionMode::kPlan);
  EXPECT_EQ(quarantine->isolation, model::Isolation::kDetach);
  EXPECT_TRUE(quarantine->allow.dns);
  ASSERT_EQ(quarantine->allow.peers.size(), 2u);
  EXPECT_EQ(quarantine->allow.peers[0].cidr, "10.0.0.0/8");
  EXPECT_EQ(quarantine->allow.peers[1].namespace_selector->ToString(), "team=sre");
  EXPECT_EQ(quarantine->expires_after, std::chrono::hours(72));
  EXPECT_EQ(quarantine->max_percent, 25);
  EXPECT_EQ(quarantine->ignore->ToString(), "keep=yes");
  EXPECT_NE(policy.Find(ActionKind::kAlert), nullptr);
  EXPECT_EQ(policy.Find(ActionKind::kForbidDeployment), nullptr);
  ASSERT_EQ(policy.releases.size(), 1u);
  EXPECT_EQ(FormatRfc3339(*policy.releases[0].until), "2026-02-01T00:00:00Z");
}

constexpr const char* kVexDocument = R"({"@context":"https://openvex.dev/ns/v0.2.0","@id":"x:1",
  "author":"Shop","timestamp":"2026-01-01T00:00:00Z","version":1,"statements":[{"vulnerability":
  {"name":"CVE-1"},"products":[{"@id":"pkg:deb/debian/libssl3"}],"status":"not_affected")";

TEST(PolicyParser, ReadsVexDocumentsAndSaysWhatTheyBreak) {
  const std::string document = kVexDocument;
  const Policy policy = Parsed(WithInspection(R"({"vex":[)" + document + R"(}]},)" + document +
                                              R"(,"impact_statement":"no"}]}]})"));
  ASSERT_NE(policy.vex, nullptr);
  EXPECT_EQ(policy.vex->documents().size(), 2u);
  EXPECT_EQ(policy.vex->documents()[0].source, "policy p");
  EXPECT_THAT(NoticeFor(policy.notices, "spec.inspection.vex[0]"),
              HasSubstr("statements[0]: not_affected needs a justification"));
  EXPECT_EQ(NoticeFor(policy.notices, "spec.inspection.vex[1]"), "");
  EXPECT_EQ(Parsed(WithInspection(R"({"vex":[]})")).vex, nullptr);
}

TEST(PolicyParser, AVexDocumentThatCannotBeReadIsNamed) {
  const auto refused = [](const std::string& vex) {
    const auto policy = ParsePolicy(WithInspection(R"({"vex":)" + vex + "}"));
    return policy.has_value() ? "no error" : policy.error().message;
  };
  EXPECT_THAT(refused(R"([{"kind":"ConfigMap"}])"),
              HasSubstr("spec.inspection.vex[0]: this is neither OpenVEX nor CSAF nor CycloneDX"));
  EXPECT_THAT(refused(R"([{"@context":"https://openvex.dev/ns","statements":[{}]}])"),
              HasSubstr("spec.inspection.vex[0]: statements[0].vulnerability: has no name"));
  EXPECT_THAT(refused(R"(["text"])"), HasSubstr("spec.inspection.vex[0]: is not an object"));
}

TEST(PolicyParser, AcceptsWhatTheAncestorsUsersWrote) {
  const Policy policy = Parsed(WithInspection(R"({
    "assessment":{"generate":true,"format":"YAML","managedBy":true,"liveTime":3600},
    "namespaceSelector":{"matchLabels":{"goharbor.io/watch":"true"}},
    "baselines":[{"kind":"vulnerability","version":"v1.1",
      "scheme":"application/vnd.security.vulnerability.report; version=1.1","baseline":"High"},
      {"kind":"malware","version":"v1","scheme":"s","baseline":"none"}],
    "actions":[{"kind":"quarantine_vulnerable_workload","ignore":{},"settings":{"a":"b"}},
      {"kind":"forbid_vulnerable_deployment"}]})",
                                              R"(,"enabled":true,"vacAssessmentEnabled":true,
    "schedule":"0 */3 * * *","strategy":{"historyLimit":25,"suspend":false,"concurrencyRule":"Forbid"},
    "inspector":{"image":"goharbor/inspector:0.5.0","kubebenchImage":"k","riskImage":"r",
      "pkgLoadScannerImage":"p","workloadscannerImage":"w","imagePullPolicy":"IfNotPresent",
      "imagePullSecrets":[{"name":"x"}],"exportConfig":{"openSearch":{"hostport":"https://o:9200",
      "index":"i","username":"admin","password":"hunter2","checkCert":false,"mutualTLS":false},
      "governor":{"clusterId":"c","url":"u","cspSecretName":"s"}}})"));
  EXPECT_TRUE(policy.carries_password);
  EXPECT_EQ(policy.baselines.size(), 1u);
  EXPECT_TRUE(policy.scanners.benchmark);
  EXPECT_TRUE(policy.scanners.package_load);
  EXPECT_EQ(NoticeFor(policy.notices, "spec.inspection.baselines[1].kind"),
            "malware is not judged yet");
  EXPECT_EQ(NoticeFor(policy.notices, "spec.inspection.actions[1].kind"),
            "forbid_vulnerable_deployment is not acted on yet");
  for (const char* field : {"spec.inspection.assessment", "spec.inspector.kubebenchImage",
                            "spec.inspector.riskImage", "spec.inspector.pkgLoadScannerImage",
                            "spec.inspector.workloadscannerImage", "spec.inspector.exportConfig",
                            "spec.vacAssessmentEnabled", "spec.inspection.actions[0].settings"}) {
    EXPECT_NE(NoticeFor(policy.notices, field), "") << field;
  }
}

TEST(PolicyParser, InspectorWithoutImageSwitchesTheImageScannerOffAndSaysSo) {
  const Policy policy = Parsed(WithInspection("{}", R"(,"inspector":{"riskImage":"r"})"));
  EXPECT_FALSE(policy.scanners.image);
  EXPECT_THAT(NoticeFor(policy.notices, "spec.inspector.image"), HasSubstr("nothing is judged"));
}

struct WrongCase {
  const char* name;
  const char* inspection;
  const char* message;  // a part of the error
};

class PolicyParserRefuses : public testing::TestWithParam<WrongCase> {};

TEST_P(PolicyParserRefuses, NamingTheField) {
  const auto policy = ParsePolicy(WithInspection(GetParam().inspection));
  ASSERT_FALSE(policy.has_value());
  EXPECT_EQ(policy.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(policy.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, PolicyParserRefuses,
    testing::Values(
        WrongCase{"Epss",
                  R"({"baselines":[{"kind":"vulnerability","baseline":"High","epss":"1.5"}]})",
                  "spec.inspection.baselines[0].epss: \"1.5\" is not a probability"},
        WrongCase{"EpssNan",
                  R"({"baselines":[{"kind":"vulnerability","baseline":"High","epss":"nan"}]})",
                  "spec.inspection.baselines[0].epss: "},
        WrongCase{"Severity", R"({"baselines":[{"kind":"vulnerability","baseline":"Highest"}]})",
                  "spec.inspection.baselines[0].baseline: \"Highest\" must be"},
        WrongCase{"Kind", R"({"baselines":[{"kind":"luck","baseline":"High"}]})",
                  "spec.inspection.baselines[0].kind: \"luck\" must be"},
        WrongCase{"NoKind", R"({"baselines":[{"baseline":"High"}]})",
                  "spec.inspection.baselines[0].kind: is missing"},
        WrongCase{"NoReason", R"({"exceptions":[{"id":"CVE-1"}]})",
                  "spec.inspection.exceptions[0].reason: is missing"},
        WrongCase{"ExceptionOfNothing", R"({"exceptions":[{"reason":"r"}]})",
                  "spec.inspection.exceptions[0].id: an exception names"},
        WrongCase{"Expiry", R"({"exceptions":[{"id":"a","reason":"r","expires":"2026-13-01"}]})",
                  "spec.inspection.exceptions[0].expires: \"2026-13-01\""},
        WrongCase{"Package", R"({"exceptions":[{"package":"openssl","reason":"r"}]})",
                  "spec.inspection.exceptions[0].package: \"openssl\" is not a package-url"},
        WrongCase{"Selector",
                  R"({"workloadSelector":{"matchExpressions":[{"key":"a","operator":"Is"}]}})",
                  "spec.inspection.workloadSelector.matchExpressions[0].operator: must be In"},
        WrongCase{"SelectorValues",
                  R"({"workloadSelector":{"matchExpressions":[{"key":"a","operator":"In"}]}})",
                  "spec.inspection.workloadSelector: matchExpressions[0].values: In needs"},
        WrongCase{"ActionKind", R"({"actions":[{"kind":"nuke"}]})",
                  "spec.inspection.actions[0].kind: \"nuke\" must be"},
        WrongCase{"ActionTwice", R"({"actions":[{"kind":"alert"},{"kind":"alert"}]})",
                  "spec.inspection.actions[1].kind: alert is there twice"},
        WrongCase{"Mode", R"({"actions":[{"kind":"alert","mode":"dry"}]})",
                  "spec.inspection.actions[0].mode: \"dry\" must be plan or apply"},
        WrongCase{"Percent",
                  R"({"actions":[{"kind":"quarantine_vulnerable_workload","maxPercent":0}]})",
                  "spec.inspection.actions[0].maxPercent: is not a whole number from 1 to 100"},
        WrongCase{"Peer",
                  R"({"actions":[{"kind":"quarantine_vulnerable_workload",
                     "allow":{"peers":[{}]}}]})",
                  "spec.inspection.actions[0].allow.peers[0].podSelector: a peer is"},
        WrongCase{"Duration",
                  R"({"actions":[{"kind":"quarantine_vulnerable_workload",
                     "expiresAfter":"soon"}]})",
                  "spec.inspection.actions[0].expiresAfter: \"soon\" is not a duration"},
        WrongCase{"Release", R"({"releases":[{"namespace":"n","name":"x"}]})",
                  "spec.inspection.releases[0].kind: is missing"},
        WrongCase{"Type", R"({"baselines":{}})", "spec.inspection.baselines: is not a list"},
        WrongCase{"ElementType", R"({"baselines":[1]})",
                  "spec.inspection.baselines[0]: is not an object"}),
    [](const auto& test) { return test.param.name; });

TEST(PolicyParser, SaysAllThatIsWrong) {
  const auto policy = ParsePolicy(
      WithInspection(R"({"onUnknown":"panic","actions":[{"kind":"x"}]})", R"(,"schedule":"* *")"));
  ASSERT_FALSE(policy.has_value());
  EXPECT_THAT(policy.error().message, HasSubstr("spec.schedule: a schedule has five to seven"));
  EXPECT_THAT(policy.error().message, HasSubstr("spec.inspection.onUnknown"));
  EXPECT_THAT(policy.error().message, HasSubstr("spec.inspection.actions[0].kind"));
}

TEST(PolicyParser, RefusesOtherDocuments) {
  EXPECT_THAT(ParsePolicy(R"({"kind":"Pod","apiVersion":"v1"})").error().message,
              HasSubstr("this is a v1 Pod, not a goharbor.goharbor.io/v1alpha1 InspectionPolicy"));
  EXPECT_FALSE(ParsePolicy("[]").has_value());
  EXPECT_FALSE(ParsePolicy("{").has_value());
  EXPECT_FALSE(ParsePolicy("").has_value());
  EXPECT_EQ(ParsePolicy(std::string(2 << 20, ' ')).error().code, ErrorCode::kResourceExhausted);
  EXPECT_THAT(ParsePolicy(R"({"spec":{}})").error().message,
              HasSubstr("spec.inspection: is missing"));
}

TEST(PolicyParser, MetadataCanBeReadWhereTheSpecIsWrong) {
  const auto meta = ParseObjectMeta(
      R"({"metadata":{"name":"p","deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["f"]}})");
  ASSERT_TRUE(meta.has_value());
  EXPECT_TRUE(meta->deleting);
  EXPECT_THAT(meta->finalizers, testing::ElementsAre("f"));
}

TEST(PolicyParser, WaiversOfTheStatusAreReadAndDamagedOnesPassedOver) {
  const Policy policy = Parsed(
      R"({"metadata":{"name":"p"},"spec":{"inspection":{}},"status":{"waivers":[
      {"workload":"n/Deployment/w","cause":"expired","since":"2026-01-01T00:00:00Z",
       "findings":"aa bb","ended":true},{"workload":3},{"workload":"x","since":"never"}]}})");
  ASSERT_EQ(policy.waivers.size(), 1u);
  EXPECT_EQ(policy.waivers[0].cause, Waiver::Cause::kExpired);
  EXPECT_TRUE(policy.waivers[0].ended);
  EXPECT_THAT(policy.waivers[0].findings, testing::ElementsAre("aa", "bb"));
}

TEST(RedactedJson, HasNoPasswordNowhere) {
  const auto redacted = RedactedJson(
      R"({"metadata":{"managedFields":[{"x":1}],"annotations":{"a":"b",
      "kubectl.kubernetes.io/last-applied-configuration":"{\"password\":\"hunter2\"}"}},
      "spec":{"inspector":{"exportConfig":{"openSearch":{"password":"hunter2","username":"u"}}},
      "list":[{"Password":"hunter2"}]}})");
  ASSERT_TRUE(redacted.has_value());
  EXPECT_THAT(*redacted, Not(HasSubstr("hunter2")));
  EXPECT_THAT(*redacted, Not(HasSubstr("managedFields")));
  EXPECT_THAT(*redacted, HasSubstr(R"("username":"u")"));
  EXPECT_THAT(*redacted, HasSubstr(R"("a":"b")"));
}

TEST(SettingParser, ReadsTheAncestorsSetting) {
  const auto setting = ParseSetting(R"({"kind":"Setting","metadata":{"name":"s"},"spec":{
    "dataSource":{"name":"h","endpoint":"https://harbor.example.com","provider":"Harbor",
      "credentialRef":{"kind":"Secret","namespace":"n","name":"c"},"skipTLSVerify":true,
      "scanSchedule":"0 0 0 * * *"},
    "knownRegistries":[{"name":"gcr","endpoint":"https://gcr.io","provider":"google-gcr"}],
    "vacDataSource":{"endpoint":"https://vac.example.com"},
    "cache":{"kind":"Redis","address":"redis://r:6379","settings":{"livingTime":10}}}})");
  ASSERT_TRUE(setting.has_value()) << setting.error().message;
  EXPECT_EQ(setting->data_source.endpoint, "https://harbor.example.com");
  EXPECT_EQ(setting->data_source.credential, (SecretReference{"n", "c"}));
  EXPECT_TRUE(setting->data_source.skip_tls_verify);
  EXPECT_EQ(setting->known_registries.size(), 1u);
  EXPECT_NE(NoticeFor(setting->notices, "spec.dataSource"), "");
  EXPECT_NE(NoticeFor(setting->notices, "spec.cache"), "");
}

TEST(SettingParser, NamesTheFieldThatIsWrong) {
  const auto setting = ParseSetting(
      R"({"kind":"Setting","spec":{"dataSource":{"name":"h","provider":"Nexus",
      "scanSchedule":"x"}}})");
  ASSERT_FALSE(setting.has_value());
  EXPECT_THAT(setting.error().message, HasSubstr("spec.dataSource.endpoint: is missing"));
  EXPECT_THAT(setting.error().message, HasSubstr("spec.dataSource.provider: \"Nexus\" must be"));
  EXPECT_THAT(setting.error().message, HasSubstr("spec.dataSource.scanSchedule: "));
}

struct PatternCase {
  const char* name;
  const char* pattern;
  bool matches;
};

class PackagePatternMatches : public testing::TestWithParam<PatternCase> {};

TEST_P(PackagePatternMatches, ThePackageOfTheTest) {
  model::Package package;
  package.name = "libssl3";
  package.source_name = "openssl";
  package.version = "3.0.11-1~deb12u2";
  package.source_version = "3.0.11-1~deb12u2";
  package.purl =
      "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl";
  const auto pattern = PackagePattern::Parse(GetParam().pattern);
  ASSERT_TRUE(pattern.has_value()) << pattern.error().message;
  EXPECT_EQ(pattern->Matches(package), GetParam().matches);
}

INSTANTIATE_TEST_SUITE_P(
    Table, PackagePatternMatches,
    testing::Values(PatternCase{"Name", "pkg:deb/debian/libssl3", true},
                    PatternCase{"SourceName", "pkg:deb/debian/openssl", true},
                    PatternCase{"OtherName", "pkg:deb/debian/libssl", false},
                    PatternCase{"OtherType", "pkg:rpm/debian/libssl3", false},
                    PatternCase{"OtherNamespace", "pkg:deb/ubuntu/libssl3", false},
                    PatternCase{"Version", "pkg:deb/debian/libssl3@3.0.11-1~deb12u2", true},
                    PatternCase{"EncodedVersion", "pkg:deb/debian/libssl3@3.0.11-1%7Edeb12u2",
                                true},
                    PatternCase{"OtherVersion", "pkg:deb/debian/libssl3@3.0.11-1", false},
                    PatternCase{"Qualifier", "pkg:deb/debian/libssl3?arch=amd64", true},
                    PatternCase{"OtherQualifier", "pkg:deb/debian/libssl3?arch=arm64", false},
                    PatternCase{"UnknownQualifier", "pkg:deb/debian/libssl3?x=y", false},
                    PatternCase{"TypeInCapitals", "pkg:DEB/debian/libssl3", true}),
    [](const auto& test) { return test.param.name; });

TEST(PackagePattern, RefusesWhatIsNoPackageUrl) {
  for (const char* text : {"", "openssl", "pkg:", "pkg:deb", "pkg:deb/", "pkg:deb/debian/x@",
                           "pkg:deb/debian/%zz", "pkg:deb/debian/x?arch", "pkg:deb/x@1%2"}) {
    EXPECT_FALSE(PackagePattern::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace narrows::assessment
