#pragma once

// What every Store must do, as parametrised tests. An implementation's test file includes this and
// instantiates StoreConformance with a factory of stores.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "base/file.h"
#include "storage/store.h"

namespace narrows::storage {

// Opens, in the folder, the store of the cluster; the second time with what the first one wrote.
using StoreFactory = std::function<Result<std::unique_ptr<Store>>(
    const std::filesystem::path& folder, const std::string& cluster, const Retention& retention)>;

class StoreConformance : public ::testing::TestWithParam<StoreFactory> {
 protected:
  StoreConformance() : folder_(ScopedTempDir::Create()) { Open("cluster-1"); }

  void Open(const std::string& cluster, const Retention& retention = {}) {
    store_.reset();
    auto store = GetParam()(folder_->path(), cluster, retention);
    ASSERT_TRUE(store.has_value()) << store.error().message;
    store_ = *std::move(store);
  }

  static TimePoint Day(int day) {
    return TimePoint(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)) +
           std::chrono::hours(24) * day;
  }

  // Runs `write` in a transaction and commits it.
  void Write(int day, const std::function<void(Transaction&)>& write) {
    auto transaction = store_->Begin(Day(day));
    ASSERT_TRUE(transaction.has_value()) << transaction.error().message;
    write(**transaction);
    const Status committed = (*transaction)->Commit();
    ASSERT_TRUE(committed.has_value()) << committed.error().message;
  }

  std::unique_ptr<Snapshot> Read() {
    auto snapshot = store_->Read();
    EXPECT_TRUE(snapshot.has_value()) << snapshot.error().message;
    return *std::move(snapshot);
  }

  static model::ImageAnalysis Image(const std::string& digest) {
    model::ImageAnalysis image;
    image.digest = digest;
    image.index_digest = "sha256:index";
    image.config_digest = "sha256:config";
    image.reference = "registry.example/app:1";
    image.platform = {"linux", "arm64", "v8"};
    image.layers = {{"sha256:d1", "sha256:b1", 10, "application/vnd.oci.image.layer.v1.tar+gzip"},
                    {"sha256:d2", "", 20, ""}};
    image.distribution = model::Distribution{"debian", "", "12", "bookworm", "Debian 12"};
    image.packages = {Package("curl", "7.88.1", "curl"), Package("libcurl4", "7.88.1", "curl"),
                      Package("zlib1g", "1.2.13", "zlib")};
    image.packages[1].evidence = model::Evidence::kLockFile;
    image.packages[1].owner = "python3-curl";
    image.packages[1].modularity = "curl:8:1:a";
    image.packages[2].vendor = "Example";
    image.has_package_database = true;
    image.complete = false;
    image.statuses = {"one file was too large", ""};
    return image;
  }

  static model::Package Package(const std::string& name, const std::string& version,
                                const std::string& source) {
    return {.ecosystem = "Debian",
            .name = name,
            .version = version,
            .architecture = "arm64",
            .source_name = source,
            .source_version = version,
            .purl = "pkg:deb/debian/" + name + "@" + version,
            .path = "/var/lib/dpkg/status",
            .layer = "sha256:d1"};
  }

  static model::Finding Finding(const model::ImageAnalysis& image, size_t package,
                                const std::string& id) {
    model::Finding finding;
    finding.scanner = "vulnerability";
    finding.scanner_version = "1";
    finding.severity = model::Severity::kHigh;
    finding.subject = model::PackageSubject{image.digest, image.packages[package]};
    model::VulnerabilityDetail& detail = finding.vulnerability;
    detail.id = id;
    detail.advisory = "DEBIAN-" + id;
    detail.aliases = {"A-1", "A-2"};
    detail.source = "Debian:12";
    detail.fixed_version = "9";
    detail.status = model::FixStatus::kFixed;
    detail.url = "https://example.org/" + id;
    detail.summary = "it breaks";
    detail.cvss_vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    detail.cvss_score = 9.8;
    detail.vendor_severity = "high";
    detail.severity_source = "Debian:12";
    detail.kev = true;
    detail.epss = model::Epss{0.25, 0.75};
    detail.published = Day(-10);
    finding.id = model::FindingIdentity(finding);
    return finding;
  }

  static ScanState Scan(const std::string& database) {
    return {"vulnerability", "1", database, "no advisories for this release", {"a", "b"}, {}};
  }

  static model::WorkloadRef Workload(const std::string& name) {
    return {"cluster-1", "shop", "apps/v1", "Deployment", name, "uid-" + name};
  }

  static model::Assessment Assess(const std::string& name, model::Verdict verdict, int day) {
    model::Assessment assessment;
    assessment.workload = Workload(name);
    assessment.policy = "demo";
    assessment.verdict = verdict;
    assessment.time = Day(day);
    model::ContainerAssessment container;
    container.container = "main";
    container.image = "app:1";
    container.image_digest = "sha256:1";
    container.verdict = verdict;
    container.findings = 7;
    if (verdict == model::Verdict::kUnknown) container.unknown_reason = "registry is down";
    assessment.containers = {container, container};
    return assessment;
  }

  Result<ScopedTempDir> folder_;
  std::unique_ptr<Store> store_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreConformance);

inline bool SameLayers(const std::vector<model::Layer>& a, const std::vector<model::Layer>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const model::Layer& x, const model::Layer& y) {
                      return x.diff_id == y.diff_id && x.digest == y.digest && x.size == y.size &&
                             x.media_type == y.media_type;
                    });
}

TEST_P(StoreConformance, GivesAnImageBackAsItWasPut) {
  const model::ImageAnalysis image = Image("sha256:1");
  Write(0, [&](Transaction& t) { ASSERT_TRUE(t.images().Put(image).has_value()); });
  const auto stored = Read()->images().Get("sha256:1");
  ASSERT_TRUE(stored.has_value() && stored->has_value());
  const model::ImageAnalysis& read = (*stored)->analysis;
  EXPECT_EQ(read.digest, image.digest);
  EXPECT_EQ(read.index_digest, image.index_digest);
  EXPECT_EQ(read.config_digest, image.config_digest);
  EXPECT_EQ(read.reference, image.reference);
  EXPECT_EQ(read.platform, image.platform);
  EXPECT_EQ(read.distribution, image.distribution);
  EXPECT_EQ(read.packages, image.packages);
  EXPECT_TRUE(SameLayers(read.layers, image.layers));
  EXPECT_TRUE(read.has_package_database);
  EXPECT_FALSE(read.complete);
  EXPECT_EQ(read.statuses, image.statuses);
  EXPECT_EQ((*stored)->analysed_at, Day(0));
}

TEST_P(StoreConformance, KnowsWhichImagesItHas) {
  model::ImageAnalysis other = Image("sha256:2");
  other.packages.erase(other.packages.begin(), other.packages.begin() + 2);
  Write(0, [&](Transaction& t) {
    ASSERT_TRUE(t.images().Put(other).has_value());
    ASSERT_TRUE(t.images().Put(Image("sha256:1")).has_value());
  });
  const auto snapshot = Read();
  EXPECT_THAT(*snapshot->images().Digests(), ::testing::ElementsAre("sha256:1", "sha256:2"));
  EXPECT_FALSE(snapshot->images().Get("sha256:3")->has_value());
}

TEST_P(StoreConformance, ReplacesAnImageWhole) {
  model::ImageAnalysis image = Image("sha256:1");
  Write(0, [&](Transaction& t) { ASSERT_TRUE(t.images().Put(image).has_value()); });
  image.packages.pop_back();
  image.layers.pop_back();
  Write(1, [&](Transaction& t) { ASSERT_TRUE(t.images().Put(image).has_value()); });
  const auto stored = Read()->images().Get("sha256:1");
  EXPECT_EQ((*stored)->analysis.packages, image.packages);
  EXPECT_EQ((*stored)->analysis.layers.size(), 1u);
  EXPECT_EQ((*stored)->analysed_at, Day(1));
}

TEST_P(StoreConformance, AFindingIsOneRowWithFirstAndLastTime) {
  const model::ImageAnalysis image = Image("sha256:1");
  const model::Finding a = Finding(image, 0, "CVE-2026-1");
  const model::Finding b = Finding(image, 1, "CVE-2026-1");
  const auto replace = [&](int day, const std::vector<model::Finding>& findings) {
    FindingDelta delta;
    Write(day, [&](Transaction& t) {
      auto result = t.findings().Replace("sha256:1", Scan("db"), findings);
      ASSERT_TRUE(result.has_value()) << result.error().message;
      delta = *result;
    });
    return delta;
  };
  Write(0, [&](Transaction& t) { ASSERT_TRUE(t.images().Put(image).has_value()); });
  EXPECT_THAT(replace(1, {a, b}).appeared, ::testing::UnorderedElementsAre(a.id, b.id));
  const FindingDelta same = replace(2, {b, a});
  EXPECT_TRUE(same.appeared.empty() && same.resolved.empty());
  EXPECT_THAT(replace(3, {a}).resolved, ::testing::ElementsAre(b.id));
  EXPECT_TRUE(replace(4, {a}).resolved.empty());
  {
    const auto stored = Read()->findings().Get(b.id);
    ASSERT_TRUE(stored.has_value() && stored->has_value());
    EXPECT_EQ((*stored)->first_seen, Day(1));
    EXPECT_EQ((*stored)->last_seen, Day(2));
    EXPECT_EQ((*stored)->resolved_at, Day(3));
    EXPECT_EQ(Read()->findings().OfImage("sha256:1", false)->size(), 1u);
    EXPECT_EQ(Read()->findings().OfImage("sha256:1", true)->size(), 2u);
  }
  EXPECT_THAT(replace(5, {a, b}).appeared, ::testing::ElementsAre(b.id));
  const auto back = Read()->findings().Get(b.id);
  EXPECT_EQ((*back)->first_seen, Day(1));
  EXPECT_EQ((*back)->last_seen, Day(5));
  EXPECT_FALSE((*back)->resolved_at.has_value());
}

TEST_P(StoreConformance, GivesAFindingBackAsItWasPut) {
  const model::ImageAnalysis image = Image("sha256:1");
  model::Finding finding = Finding(image, 2, "CVE-2026-2");
  const auto put = [&](int day) {
    Write(day, [&](Transaction& t) {
      ASSERT_TRUE(t.images().Put(image).has_value());
      ASSERT_TRUE(t.findings().Replace("sha256:1", Scan("db"), {finding}).has_value());
    });
    return (*Read()->findings().Get(finding.id))->finding;
  };
  const auto expect_same = [&](const model::Finding& read) {
    EXPECT_EQ(read.id, finding.id);
    EXPECT_EQ(read.kind, finding.kind);
    EXPECT_EQ(read.scanner, finding.scanner);
    EXPECT_EQ(read.scanner_version, finding.scanner_version);
    EXPECT_EQ(read.severity, finding.severity);
    EXPECT_EQ(std::get<model::PackageSubject>(read.subject).image_digest, "sha256:1");
    EXPECT_EQ(std::get<model::PackageSubject>(read.subject).package, image.packages[2]);
    const auto& is = read.vulnerability;
    const auto& was = finding.vulnerability;
    EXPECT_EQ(
        std::tie(is.id, is.advisory, is.aliases, is.source, is.fixed_version, is.status),
        std::tie(was.id, was.advisory, was.aliases, was.source, was.fixed_version, was.status));
    EXPECT_EQ(std::tie(is.url, is.summary, is.cvss_vector, is.cvss_score, is.vendor_severity),
              std::tie(was.url, was.summary, was.cvss_vector, was.cvss_score, was.vendor_severity));
    EXPECT_EQ(std::tie(is.severity_source, is.kev, is.epss, is.published, is.modified),
              std::tie(was.severity_source, was.kev, was.epss, was.published, was.modified));
  };
  expect_same(put(1));
  // What advisories change later reaches the same row.
  finding.severity = model::Severity::kCritical;
  finding.vulnerability.fixed_version = "10";
  finding.vulnerability.epss = std::nullopt;
  finding.vulnerability.modified = Day(1);
  expect_same(put(2));
  EXPECT_EQ((*Read()->findings().Get(finding.id))->first_seen, Day(1));
}

TEST_P(StoreConformance, RemembersTheLastScan) {
  Write(0, [&](Transaction& t) {
    ASSERT_TRUE(t.images().Put(Image("sha256:1")).has_value());
    ASSERT_TRUE(t.findings().Replace("sha256:1", Scan("db-1"), {}).has_value());
  });
  const auto scan = Read()->findings().LastScan("sha256:1", "vulnerability");
  ASSERT_TRUE(scan.has_value() && scan->has_value());
  EXPECT_EQ((*scan)->database, "db-1");
  EXPECT_EQ((*scan)->scanner_version, "1");
  EXPECT_EQ((*scan)->unknown_reason, "no advisories for this release");
  EXPECT_EQ((*scan)->statuses, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ((*scan)->time, Day(0));
  EXPECT_FALSE(Read()->findings().LastScan("sha256:1", "malware")->has_value());
}

TEST_P(StoreConformance, RefusesFindingsThatDoNotBelong) {
  const model::ImageAnalysis image = Image("sha256:1");
  Write(0, [&](Transaction& t) { ASSERT_TRUE(t.images().Put(image).has_value()); });
  const auto refused = [&](const std::string& digest, const model::Finding& finding) {
    auto transaction = store_->Begin(Day(1));
    const auto result = (*transaction)->findings().Replace(digest, Scan("db"), {finding});
    EXPECT_FALSE(result.has_value());
    EXPECT_FALSE((*transaction)->Commit().has_value()) << "a failed write was committed";
    return result.error().code;
  };
  model::Finding finding = Finding(image, 0, "CVE-2026-1");
  EXPECT_EQ(refused("sha256:9", finding), ErrorCode::kNotFound);
  finding.id = "0123";
  EXPECT_EQ(refused("sha256:1", finding), ErrorCode::kInvalidArgument);
  finding = Finding(Image("sha256:2"), 0, "CVE-2026-1");
  EXPECT_EQ(refused("sha256:1", finding), ErrorCode::kInvalidArgument);
  finding = Finding(image, 0, "CVE-2026-1");
  finding.scanner = "malware";
  EXPECT_EQ(refused("sha256:1", finding), ErrorCode::kInvalidArgument);
}

TEST_P(StoreConformance, AnAssessmentIsTheLatestWithItsEvidence) {
  const model::ImageAnalysis image = Image("sha256:1");
  const model::Finding known = Finding(image, 0, "CVE-2026-1");
  const model::Finding unknown = Finding(image, 1, "CVE-2026-2");
  const auto shared = [](const model::Finding& finding) {
    return std::make_shared<const model::Finding>(finding);
  };
  model::Assessment violated = Assess("web", model::Verdict::kViolated, 1);
  violated.containers[1].violations = {{shared(known), "severity", "High exceeds Medium"},
                                       {shared(unknown), "kev", "exploited"}};
  violated.containers[1].suppressions = {{shared(known), "exception", "accepted"}};
  Write(1, [&](Transaction& t) {
    ASSERT_TRUE(t.images().Put(image).has_value());
    ASSERT_TRUE(t.findings().Replace("sha256:1", Scan("db"), {known}).has_value());
    EXPECT_TRUE(*t.assessments().Put(violated));
    EXPECT_TRUE(*t.assessments().Put(Assess("api", model::Verdict::kUnknown, 1)));
  });
  const auto all = Read()->assessments().Latest({});
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].workload, Workload("api"));
  EXPECT_EQ((*all)[0].containers[0].unknown_reason, "registry is down");
  const model::Assessment& web = (*all)[1];
  EXPECT_EQ(web.verdict, model::Verdict::kViolated);
  EXPECT_EQ(web.time, Day(1));
  ASSERT_EQ(web.containers.size(), 2u);
  EXPECT_EQ(web.containers[1].findings, 7);
  ASSERT_EQ(web.containers[1].violations.size(), 2u);
  EXPECT_EQ(web.containers[1].violations[0].finding->vulnerability.id, "CVE-2026-1");
  EXPECT_EQ(web.containers[1].violations[0].reason, "High exceeds Medium");
  EXPECT_EQ(web.containers[1].violations[1].finding->id, unknown.id);
  EXPECT_EQ(web.containers[1].violations[1].rule, "kev");
  ASSERT_EQ(web.containers[1].suppressions.size(), 1u);
  EXPECT_EQ(web.containers[1].suppressions[0].by, "exception");
  EXPECT_EQ(Read()->assessments().Latest({.verdict = model::Verdict::kUnknown})->size(), 1u);
  EXPECT_EQ(Read()->assessments().Latest({.policy = "other"})->size(), 0u);
  EXPECT_EQ(Read()->assessments().Latest({.name_space = "shop"})->size(), 2u);
}

TEST_P(StoreConformance, HistoryHoldsOnlyChangesOfTheVerdict) {
  const auto put = [&](int day, model::Verdict verdict) {
    bool changed = false;
    Write(day, [&](Transaction& t) {
      const auto result = t.assessments().Put(Assess("web", verdict, day));
      ASSERT_TRUE(result.has_value()) << result.error().message;
      changed = *result;
    });
    return changed;
  };
  EXPECT_TRUE(put(1, model::Verdict::kPassed));
  EXPECT_FALSE(put(2, model::Verdict::kPassed));
  EXPECT_TRUE(put(3, model::Verdict::kViolated));
  EXPECT_FALSE(put(4, model::Verdict::kViolated));
  EXPECT_EQ((*Read()->assessments().Latest({}))[0].time, Day(4));
  Write(4, [&](Transaction& t) {
    model::Assessment other = Assess("web", model::Verdict::kViolated, 4);
    other.containers[0].findings = 8;
    EXPECT_FALSE(*t.assessments().Put(other)) << "other evidence, the same verdict";
  });
  EXPECT_EQ((*Read()->assessments().Latest({}))[0].containers[0].findings, 8);
  Write(5, [&](Transaction& t) {
    ASSERT_TRUE(t.assessments().Remove(Workload("web"), "demo").has_value());
    ASSERT_TRUE(t.assessments().Remove(Workload("never"), "demo").has_value());
  });
  EXPECT_TRUE(Read()->assessments().Latest({})->empty());
  const auto history = Read()->assessments().Transitions(Workload("web"), "demo", 10);
  ASSERT_TRUE(history.has_value());
  ASSERT_EQ(history->size(), 3u);
  EXPECT_EQ((*history)[0].to, std::nullopt);
  EXPECT_EQ((*history)[1].from, model::Verdict::kPassed);
  EXPECT_EQ((*history)[1].to, model::Verdict::kViolated);
  EXPECT_EQ((*history)[1].time, Day(3));
  EXPECT_EQ((*history)[2].from, std::nullopt);
  EXPECT_EQ(Read()->assessments().Transitions(Workload("web"), "demo", 1)->size(), 1u);
  EXPECT_EQ((*Read()->assessments().RecentTransitions(10))[0].workload, Workload("web"));
}

TEST_P(StoreConformance, KeepsTheAuditTrail) {
  model::ActionRecord action;
  action.id = "a1";
  action.kind = "quarantine";
  action.planned = true;
  action.workload = Workload("web");
  action.policies = {"demo", "strict"};
  action.actor = "policy/demo";
  action.reason = "CVE-2026-1";
  action.isolation = model::Isolation::kDetach;
  action.time = Day(1);
  action.until = Day(4);
  action.effectiveness = {false, {"allow-all"}, "it admits everyone"};
  action.pods = {"web-1", "web-2"};
  action.error = "forbidden";
  Write(1, [&](Transaction& t) { ASSERT_TRUE(t.actions().Put(action).has_value()); });
  model::ActionRecord later = action;
  later.id = "a2";
  later.workload = Workload("api");
  later.time = Day(2);
  later.until = std::nullopt;
  action.planned = false;
  Write(2, [&](Transaction& t) {
    ASSERT_TRUE(t.actions().Put(later).has_value());
    ASSERT_TRUE(t.actions().Put(action).has_value());
  });
  const auto all = Read()->actions().List({});
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].id, "a2");
  EXPECT_FALSE((*all)[0].until.has_value());
  const model::ActionRecord& read = (*all)[1];
  EXPECT_EQ(std::tie(read.id, read.kind, read.planned, read.workload, read.policies, read.actor),
            std::tie(action.id, action.kind, action.planned, action.workload, action.policies,
                     action.actor));
  EXPECT_EQ(std::tie(read.reason, read.isolation, read.time, read.until, read.pods, read.error),
            std::tie(action.reason, action.isolation, action.time, action.until, action.pods,
                     action.error));
  EXPECT_FALSE(read.effectiveness.effective);
  EXPECT_EQ(read.effectiveness.defeated_by, action.effectiveness.defeated_by);
  EXPECT_EQ(read.effectiveness.explanation, action.effectiveness.explanation);
  EXPECT_EQ(Read()->actions().List({.workload = Workload("web")})->size(), 1u);
  EXPECT_EQ(Read()->actions().List({.workload = Workload("nobody")})->size(), 0u);
  EXPECT_EQ(Read()->actions().List({.since = Day(2)})->size(), 1u);
  EXPECT_EQ(Read()->actions().List({.most = 1})->size(), 1u);
}

TEST_P(StoreConformance, RecordsEachVersionOfAPolicyOnce) {
  const auto record = [&](int day, int64_t generation, const std::string& document) {
    Write(day, [&](Transaction& t) {
      ASSERT_TRUE(t.policies().Record({"demo", generation, document, {}}).has_value());
    });
  };
  record(1, 1, "{\"a\":1}");
  record(2, 1, "{\"a\":1}");
  record(3, 2, "{\"a\":2}");
  record(4, 2, "");
  const auto history = Read()->policies().History("demo");
  ASSERT_EQ(history->size(), 3u);
  EXPECT_EQ((*history)[0].document, "");
  EXPECT_EQ((*history)[1].generation, 2);
  EXPECT_EQ((*history)[2].time, Day(1));
  EXPECT_TRUE(Read()->policies().History("other")->empty());
}

TEST_P(StoreConformance, NothingIsSeenOfWhatWasNotCommitted) {
  const auto before = Read();
  {
    auto transaction = store_->Begin(Day(1));
    ASSERT_TRUE((*transaction)->images().Put(Image("sha256:1")).has_value());
    EXPECT_EQ((*transaction)->images().Digests()->size(), 1u) << "it sees its own writes";
    EXPECT_TRUE(Read()->images().Digests()->empty());
  }
  EXPECT_TRUE(Read()->images().Digests()->empty());
  Write(1, [&](Transaction& t) { ASSERT_TRUE(t.images().Put(Image("sha256:1")).has_value()); });
  EXPECT_TRUE(before->images().Digests()->empty()) << "a snapshot does not move";
  EXPECT_EQ(Read()->images().Digests()->size(), 1u);
}

TEST_P(StoreConformance, AllowsOneTransactionAtATime) {
  auto first = store_->Begin(Day(1));
  ASSERT_TRUE(first.has_value());
  const auto second = store_->Begin(Day(1));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kFailedPrecondition);
  first->reset();
  EXPECT_TRUE(store_->Begin(Day(1)).has_value());
}

TEST_P(StoreConformance, SurvivesBeingClosedAndOpened) {
  Write(1, [&](Transaction& t) { ASSERT_TRUE(t.images().Put(Image("sha256:1")).has_value()); });
  Open("cluster-1");
  EXPECT_EQ(Read()->images().Digests()->size(), 1u);
}

TEST_P(StoreConformance, ClustersDoNotSeeEachOther) {
  const model::ImageAnalysis image = Image("sha256:1");
  const auto put = [&](int day) {
    Write(day, [&](Transaction& t) {
      ASSERT_TRUE(t.images().Put(image).has_value());
      ASSERT_TRUE(t.findings()
                      .Replace("sha256:1", Scan("db"), {Finding(image, 0, "CVE-2026-1")})
                      .has_value());
      ASSERT_TRUE(t.assessments().Put(Assess("web", model::Verdict::kPassed, day)).has_value());
    });
  };
  put(1);
  Open("cluster-2");
  EXPECT_TRUE(Read()->images().Digests()->empty());
  EXPECT_TRUE(Read()->assessments().Latest({})->empty());
  EXPECT_TRUE(Read()->images().Containing({{"Debian", "curl"}})->empty());
  EXPECT_TRUE(Read()->findings().OfVulnerability("CVE-2026-1", true)->empty());
  EXPECT_TRUE(Read()->assessments().UsesOf("sha256:1", "")->empty());
  EXPECT_TRUE(Read()->ChangesSince("", 10)->changes.empty());
  put(2);
  const std::string id = Finding(image, 0, "CVE-2026-1").id;
  EXPECT_EQ((*Read()->findings().Get(id))->first_seen, Day(2));
  Open("cluster-1");
  EXPECT_EQ((*Read()->findings().Get(id))->first_seen, Day(1));
  EXPECT_EQ((*Read()->assessments().Latest({}))[0].workload.cluster, "cluster-1");
}

TEST_P(StoreConformance, EachWriteAppendsAChange) {
  const std::string start = *Read()->LatestCursor();
  const model::ImageAnalysis image = Image("sha256:1");
  const auto write = [&](int day) {
    Write(day, [&](Transaction& t) {
      ASSERT_TRUE(t.findings()
                      .Replace("sha256:1", Scan("db"), {Finding(image, 0, "CVE-2026-1")})
                      .has_value());
      ASSERT_TRUE(t.assessments().Put(Assess("web", model::Verdict::kPassed, day)).has_value());
    });
  };
  Write(1, [&](Transaction& t) { ASSERT_TRUE(t.images().Put(image).has_value()); });
  write(1);
  write(2);  // repeats all: no change
  const auto first = Read()->ChangesSince(start, 2);
  ASSERT_TRUE(first.has_value()) << first.error().message;
  ASSERT_EQ(first->changes.size(), 2u);
  EXPECT_TRUE(first->more);
  EXPECT_EQ(first->changes[0].kind, ChangeKind::kImage);
  EXPECT_EQ(first->changes[0].key, "sha256:1");
  EXPECT_EQ(first->changes[1].kind, ChangeKind::kFindings);
  EXPECT_EQ(first->changes[1].time, Day(1));
  const auto rest = Read()->ChangesSince(first->next, 10);
  ASSERT_EQ(rest->changes.size(), 1u);
  EXPECT_FALSE(rest->more);
  EXPECT_EQ(rest->changes[0].key, "shop/Deployment/web demo");
  EXPECT_TRUE(Read()->ChangesSince(rest->next, 10)->changes.empty());
  EXPECT_EQ(*Read()->LatestCursor(), rest->next);
  EXPECT_EQ(Read()->ChangesSince("nonsense", 1).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Read()->ChangesSince("other-1", 1).error().code, ErrorCode::kOutOfRange);
}

TEST_P(StoreConformance, CompactDropsWhatRetentionDoesNotKeep) {
  Open("cluster-1", {.resolved_findings = std::chrono::hours(24 * 5),
                     .unseen_images = std::chrono::hours(24 * 20),
                     .transitions = std::chrono::hours(24 * 5),
                     .actions = std::chrono::hours(24 * 5),
                     .policy_versions = 2,
                     .changes = 3});
  const model::ImageAnalysis image = Image("sha256:1");
  const auto scan = [&](Transaction& t, const std::vector<model::Finding>& findings) {
    ASSERT_TRUE(t.findings().Replace("sha256:1", Scan("db"), findings).has_value());
  };
  const model::Finding kept = Finding(image, 0, "CVE-2026-1");
  const model::Finding resolved = Finding(image, 1, "CVE-2026-2");
  model::ActionRecord action;
  action.id = "a1";
  action.workload = Workload("web");
  action.time = Day(1);
  Write(1, [&](Transaction& t) {
    ASSERT_TRUE(t.images().Put(image).has_value());
    ASSERT_TRUE(t.images().Put(Image("sha256:2")).has_value());
    scan(t, {kept, resolved});
    ASSERT_TRUE(t.assessments().Put(Assess("web", model::Verdict::kPassed, 1)).has_value());
    ASSERT_TRUE(t.actions().Put(action).has_value());
    for (int64_t i = 1; i <= 4; ++i)
      ASSERT_TRUE(t.policies().Record({"demo", i, "{}", {}}).has_value());
  });
  Write(2, [&](Transaction& t) { scan(t, {kept}); });
  Write(15, [&](Transaction& t) {
    ASSERT_TRUE(t.images().MarkSeen({"sha256:1", "sha256:9"}).has_value());
    ASSERT_TRUE(t.assessments().Put(Assess("web", model::Verdict::kViolated, 15)).has_value());
  });
  const std::string start = Read()->ChangesSince("", 1)->next;
  const auto nothing = store_->Compact(Day(3));
  ASSERT_TRUE(nothing.has_value()) << nothing.error().message;
  EXPECT_EQ(nothing->findings + nothing->images + nothing->actions + nothing->transitions, 0u);
  const auto dropped = store_->Compact(Day(30));
  ASSERT_TRUE(dropped.has_value()) << dropped.error().message;
  EXPECT_EQ(dropped->images, 1u);
  EXPECT_EQ(dropped->findings, 1u);
  EXPECT_EQ(dropped->transitions, 2u);
  EXPECT_EQ(dropped->actions, 1u);
  EXPECT_THAT(*Read()->images().Digests(), ::testing::ElementsAre("sha256:1"));
  EXPECT_EQ((*Read()->images().Get("sha256:1"))->analysis.packages, image.packages);
  EXPECT_TRUE(Read()->findings().Get(kept.id)->has_value());
  EXPECT_FALSE(Read()->findings().Get(resolved.id)->has_value());
  EXPECT_EQ(Read()->assessments().Latest({})->size(), 1u);
  EXPECT_EQ(Read()->policies().History("demo")->size(), 2u);
  EXPECT_EQ((*Read()->policies().History("demo"))[0].generation, 4);
  EXPECT_EQ(Read()->ChangesSince(start, 10).error().code, ErrorCode::kOutOfRange);
  EXPECT_EQ(Read()->ChangesSince("", 10)->changes.size(), 3u);
}

}  // namespace narrows::storage
