// What a round of the control loop costs in a cluster where everything is violated:
//   bench_round_cost [WORKLOADS] [FINDINGS]   (1,000 and 200 where nothing is said)
// The workloads are spread over 20 namespaces and run 50 images between them. A round judges,
// joins the judgements and plans; nothing is carried out. Prints one JSON object.
#include <malloc.h>

#include <chrono>
#include <cstdio>

#include "base/strings.h"
#include "control/fakes_testing.h"
#include "control/namespace_book.h"
#include "response/quarantine/planner.h"

namespace narrows {
namespace {

constexpr int kNamespaces = 20;
constexpr int kImages = 50;

double Milliseconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - since)
      .count();
}

double Megabytes() { return static_cast<double>(mallinfo2().uordblks) / 1e6; }

std::shared_ptr<const control::ScannedImage> Image(int number, int findings) {
  auto image = std::make_shared<control::ScannedImage>();
  auto analysis = std::make_shared<model::ImageAnalysis>();
  analysis->digest = "sha256:" + std::to_string(number);
  image->analysis = analysis;
  for (int i = 0; i < findings; ++i) {
    model::Finding finding;
    model::VulnerabilityDetail& detail = finding.vulnerability;
    detail.id = "CVE-2026-" + std::to_string(1000 + i);
    finding.scanner = "vulnerability";
    finding.severity = model::Severity::kHigh;
    detail.advisory = "DEBIAN-" + detail.id;
    detail.source = "Debian:12";
    detail.fixed_version = "1.2.3-4+deb12u1";
    detail.url = "https://security-tracker.debian.org/tracker/" + detail.id;
    detail.summary = std::string(100, 'x');
    detail.cvss_vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    model::Package package;
    package.ecosystem = "Debian";
    package.name = package.source_name = "package-" + std::to_string(i);
    package.version = package.source_version = "1.2.3-4";
    package.purl = "pkg:deb/debian/" + package.name + "@1.2.3-4?arch=amd64&distro=debian-12";
    package.path = "/var/lib/dpkg/status";
    finding.subject = model::PackageSubject{analysis->digest, package};
    finding.id = model::FindingIdentity(finding);
    image->outcome.findings.push_back(std::move(finding));
  }
  return image;
}

void Run(int workloads, int findings) {
  control::FakeInventory inventory;
  for (int i = 0; i < kNamespaces; ++i)
    inventory.namespaces.push_back({"n" + std::to_string(i), "u", {}, false});
  for (int i = 0; i < workloads; ++i) {
    inventory.workloads.push_back(control::RunningWorkload("n" + std::to_string(i % kNamespaces),
                                                           "w" + std::to_string(i),
                                                           std::to_string(i % kImages)));
  }
  std::map<std::string, std::shared_ptr<const control::ScannedImage>> images;
  for (int i = 0; i < kImages; ++i) images[std::to_string(i)] = Image(i, findings);
  const control::Knowledge knowledge = [&](const control::ImageRequest& request) {
    return control::ImageKnowledge{images.at(request.image_id), "", false};
  };
  std::vector<assessment::Policy> policies(1);
  policies[0].meta.name = "p";
  policies[0].baselines = {{model::Severity::kMedium, false, false, {}}};
  policies[0].actions.push_back({});

  control::NamespaceBook book(inventory, knowledge);
  const double before = Megabytes();
  double peak = 0;
  size_t operations = 0;
  const auto round = [&](const control::Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    book.Apply(work, policies, TimePoint(std::chrono::hours(1)));
    control::WholePicture picture;
    for (const auto& [name, judgement] : book.judgements()) picture.Add(judgement);
    const auto situation = picture.SituationFor("c", "narrows", policies, {});
    operations = response::quarantine::PlanQuarantine(situation, TimePoint(std::chrono::hours(1)))
                     .operations.size();
    peak = Megabytes() - before;
    return Milliseconds(begin);
  };
  control::Work everything;
  everything.everything = true;
  const double first = round(everything);
  control::Work one;
  one.namespaces = {"n0"};
  double touched = round(one);
  for (int i = 0; i < 4; ++i) touched = std::min(touched, round(one));
  control::Work act;
  act.act = true;
  double untouched = round(act);
  for (int i = 0; i < 4; ++i) untouched = std::min(untouched, round(act));
  std::printf(
      "{\"workloads\": %d, \"findings_each\": %d, \"operations\": %zu, \"held_mb\": %.1f, "
      "\"held_in_round_mb\": %.1f, \"first_round_ms\": %.1f, \"one_namespace_ms\": %.1f, "
      "\"nothing_judged_ms\": %.1f}\n",
      workloads, findings, operations, Megabytes() - before, peak, first, touched, untouched);
}

}  // namespace
}  // namespace narrows

int main(int argc, char** argv) {
  const auto number = [&](int at, int otherwise) {
    const auto given = argc > at ? narrows::ParseInt(argv[at]) : std::nullopt;
    return given ? static_cast<int>(*given) : otherwise;
  };
  narrows::Run(number(1, 1000), number(2, 200));
}
