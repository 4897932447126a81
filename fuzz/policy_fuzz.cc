// InspectionPolicy and Setting objects, and the annotations of a quarantine, as anybody who may
// write them can write them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "assessment/assess.h"
#include "assessment/policy_parser.h"
#include "assessment/setting_parser.h"
#include "assessment/status.h"
#include "response/pod_change.h"
#include "response/quarantine/record.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace narrows;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const TimePoint now{std::chrono::hours(500000)};
  const auto redacted = assessment::RedactedJson(text);
  if (redacted.has_value() && !assessment::RedactedJson(*redacted).has_value()) std::abort();
  const auto policy = assessment::ParsePolicy(text);
  if (policy.has_value()) {
    if (policy->schedule) {
      const auto next = policy->schedule->Next(now);
      if (next && *next <= now) std::abort();
    }
    if (!assessment::StatusPatch(text, assessment::StatusOf(*policy), now).has_value())
      std::abort();
    model::Finding finding;
    finding.vulnerability.id = "CVE-2024-1";
    model::Package package;
    package.purl = "pkg:deb/debian/a@1?arch=amd64";
    finding.subject = model::PackageSubject{"", package};
    const auto findings = std::make_shared<const std::vector<model::Finding>>(1, finding);
    const model::Labels labels = {{"app", "shop"}};
    const std::vector<const model::Labels*> pods = {&labels};
    (void)assessment::JudgeImage(*policy, {"", findings, ""}, pods, now);
  }
  const auto record = response::quarantine::ParseRecord(text);
  if (record.has_value()) {
    const auto again =
        response::quarantine::ParseRecord(response::quarantine::FormatRecord(*record));
    if (!again.has_value() || !(*again == *record)) std::abort();
  }
  (void)response::quarantine::ParseRecords(text);
  response::PodChange change;
  change.set_labels = {{"goharbor.io/a", "b"}};
  change.put_back = response::quarantine::ParseLabels(text).labels;
  change.remove_annotations = {"a/b"};
  (void)response::PodPatch(text, change);
  const auto setting = assessment::ParseSetting(text);
  if (setting.has_value() && setting->known_registries.size() > 256) std::abort();
  return 0;
}
