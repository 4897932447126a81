#include "findings/misconfiguration/pod_security.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/value.hpp>

#include "base/yaml.h"

namespace narrows::findings::misconfiguration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

boost::json::value Parsed(std::string_view yaml) {
  auto parsed = ParseYaml(yaml);
  EXPECT_TRUE(parsed.has_value()) << parsed.error().message;
  return *parsed;
}

// "CONTROL PATH VALUE" of each violation.
std::vector<std::string> Judge(std::string_view yaml, PodSecurityLevel level,
                               int minor = kNewestPodSecurityMinor) {
  const boost::json::value object = Parsed(yaml);
  const auto pod = PodTemplateOf(object.as_object());
  EXPECT_TRUE(pod.has_value());
  std::vector<std::string> lines;
  for (const PodSecurityViolation& v : EvaluatePodSecurity(*pod, level, minor)) {
    lines.push_back(std::string(ToString(v.control)) + " " + v.path.ToString() + " " + v.value);
  }
  return lines;
}

constexpr std::string_view kGood = R"(
kind: Deployment
spec:
  template:
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: web
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
)";

TEST(PodSecurity, ACarefulTemplateMeetsTheRestrictedLevel) {
  EXPECT_THAT(Judge(kGood, PodSecurityLevel::kRestricted), IsEmpty());
}

TEST(PodSecurity, FieldAndValueAreTheEvidence) {
  EXPECT_THAT(Judge(R"(
kind: CronJob
spec:
  jobTemplate:
    spec:
      template:
        spec:
          hostPID: true
          containers:
          - name: a
          - {name: b, securityContext: {privileged: true}, ports: [{hostPort: 0}, {hostPort: 80}]}
)",
                    PodSecurityLevel::kBaseline),
              ElementsAre("hostNamespaces spec.jobTemplate.spec.template.spec.hostPID true",
                          "hostPorts spec.jobTemplate.spec.template.spec.containers[1].ports[1]."
                          "hostPort 80",
                          "privileged spec.jobTemplate.spec.template.spec.containers[1]."
                          "securityContext.privileged true"));
}

TEST(PodSecurity, WhatIsMissingIsUndefinedWhereItBelongs) {
  EXPECT_THAT(
      Judge("{kind: Pod, spec: {containers: [{name: a}]}}", PodSecurityLevel::kRestricted),
      ElementsAre(
          "allowPrivilegeEscalation spec.containers[0].securityContext.allowPrivilegeEscalation "
          "undefined",
          "capabilities_restricted spec.containers[0].securityContext.capabilities.drop undefined",
          "runAsNonRoot spec.containers[0].securityContext.runAsNonRoot undefined",
          "seccompProfile_restricted spec.containers[0].securityContext.seccompProfile.type "
          "undefined"));
}

TEST(PodSecurity, ASafeSysctlDependsOnTheVersion) {
  constexpr std::string_view kPod =
      "{kind: Pod, spec: {securityContext: {sysctls: [{name: net.ipv4.tcp_rmem}]}}}";
  EXPECT_EQ(Judge(kPod, PodSecurityLevel::kBaseline, 31).size(), 1U);
  EXPECT_THAT(Judge(kPod, PodSecurityLevel::kBaseline, 32), IsEmpty());
}

TEST(PodSecurity, HostsOfProbesAreForbiddenSince134) {
  constexpr std::string_view kPod =
      "{kind: Pod, spec: {containers: [{name: a, livenessProbe: {httpGet: {host: ::1}}}]}}";
  EXPECT_THAT(Judge(kPod, PodSecurityLevel::kBaseline, 33), IsEmpty());
  EXPECT_EQ(Judge(kPod, PodSecurityLevel::kBaseline, 34).size(), 1U);
}

TEST(PodSecurity, APodOnWindowsNeedsNoLinuxSettings) {
  EXPECT_THAT(Judge("{kind: Pod, spec: {os: {name: windows}, securityContext: {runAsNonRoot: "
                    "true}, containers: [{name: a}]}}",
                    PodSecurityLevel::kRestricted),
              IsEmpty());
}

TEST(PodSecurity, TheStricterControlStandsInForTheBaselines) {
  EXPECT_THAT(Judge("{kind: Pod, spec: {volumes: [{name: v, hostPath: {path: /}}]}}",
                    PodSecurityLevel::kRestricted),
              ElementsAre(R"(restrictedVolumes spec.volumes[0].hostPath {"path":"/"})"));
}

TEST(PodSecurity, ValuesOfWrongTypesDoNotConfuse) {
  EXPECT_THAT(Judge("{kind: Pod, metadata: [], spec: {containers: [1, [], {name: 3}], volumes: x, "
                    "hostPID: 'true', securityContext: 4}}",
                    PodSecurityLevel::kBaseline),
              IsEmpty());
}

TEST(PodTemplates, AreFoundInWorkloadsOfOtherProjects) {
  const auto rollout = Parsed("{kind: Rollout, spec: {template: {spec: {containers: []}}}}");
  const auto pod = PodTemplateOf(rollout.as_object());
  ASSERT_TRUE(pod.has_value());
  EXPECT_EQ(pod->path.ToString(), "spec.template");
  const auto service = Parsed("{kind: Service, spec: {ports: []}}");
  EXPECT_FALSE(PodTemplateOf(service.as_object()).has_value());
}

TEST(FieldPaths, QuoteKeysThatAreNoWords) {
  EXPECT_EQ(FieldPath().Keys("metadata.annotations").Key("a.b/c").Index(2).ToString(),
            "metadata.annotations['a.b/c'][2]");
}

}  // namespace
}  // namespace narrows::findings::misconfiguration
