#include "control/concerned_images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "advisories/cve_id.h"
#include "advisories/database_writer.h"
#include "base/file.h"
#include "ecosystems/alpine/version.h"
#include "ecosystems/debian/version.h"
#include "findings/vulnerability/vulnerability_scanner.h"
#include "storage/sqlite/sqlite_store.h"

namespace narrows::control {
namespace {

using testing::ElementsAre;

constexpr double kThreshold = 0.5;

class ConcernedImages : public ::testing::Test {
 protected:
  ConcernedImages() : folder_(ScopedTempDir::Create()) {
    auto store = storage::OpenSqliteStore({.path = folder_->path() / "store", .cluster = "c"});
    store_ = *std::move(store);
    orders_.push_back(ecosystems::debian::MakeDebianVersionOrder());
    orders_.push_back(ecosystems::alpine::MakeAlpineVersionOrder());
  }

  void Put(const std::vector<model::ImageAnalysis>& images) {
    auto transaction = store_->Begin(TimePoint());
    for (const auto& image : images) ASSERT_TRUE((*transaction)->images().Put(image).has_value());
    ASSERT_TRUE((*transaction)->Commit().has_value());
  }

  std::vector<std::string> Concerned(const advisories::DatabaseChange& change) {
    const auto images = ImagesConcerned(*store_, change);
    EXPECT_TRUE(images.has_value()) << images.error().message;
    return images.value_or(std::vector<std::string>());
  }

  static model::Package Package(const std::string& ecosystem, const std::string& name,
                                const std::string& version) {
    return {.ecosystem = ecosystem,
            .name = "lib" + name,
            .version = version,
            .source_name = name,
            .source_version = version};
  }

  Result<ScopedTempDir> folder_;
  std::unique_ptr<storage::Store> store_;
  ecosystems::VersionOrders orders_;
};

TEST_F(ConcernedImages, AreThoseThatHoldAChangedPackage) {
  model::ImageAnalysis debian;
  debian.digest = "sha256:1";
  debian.packages = {Package("Debian", "curl", "1")};
  model::ImageAnalysis alpine;
  alpine.digest = "sha256:2";
  alpine.packages = {Package("Alpine", "curl", "1"), Package("Alpine", "zlib", "1")};
  Put({debian, alpine});
  advisories::DatabaseChange change;
  change.packages = {{"Alpine:v3.19", "zlib"}, {"Debian:11", "curl"}, {"Debian:12", "curl"}};
  EXPECT_THAT(PackagesConcerned(change), ElementsAre(storage::PackageName{"Alpine", "zlib"},
                                                     storage::PackageName{"Debian", "curl"}));
  EXPECT_THAT(Concerned(change), ElementsAre("sha256:1", "sha256:2"));
  const findings::Concerned concerned = PackageFilter(change);
  EXPECT_TRUE(concerned(alpine.packages[1]));
  EXPECT_FALSE(concerned(alpine.packages[0]));
  change.packages = {{"PyPI", "flask-login"}};
  EXPECT_TRUE(PackageFilter(change)({.ecosystem = "PyPI", .name = "Flask_Login"}));
  change.packages = {{"Debian:12", "zlib"}};
  EXPECT_THAT(Concerned(change), ElementsAre());
  change.ecosystems_added = {"Alpine:v3.20"};
  EXPECT_THAT(Concerned(change), ElementsAre("sha256:1", "sha256:2"))
      << "what could not be judged may be now";
}

TEST(EpssThresholds, AreThoseOfAllBaselines) {
  assessment::Policy one;
  one.baselines = {{.epss = 0.5}, {}, {.epss = 0.1}};
  assessment::Policy two;
  two.baselines = {{.epss = 0.5}};
  EXPECT_THAT(EpssThresholds({one, two}), ElementsAre(0.1, 0.5));
}

// A database that becomes another one, and images.
class World {
 public:
  explicit World(unsigned seed) : random_(seed) {
    for (unsigned i = 0; i < kRecords; ++i) ChangeRecord(i);
    for (unsigned i = 0; i < kCves; ++i) ChangeRating(i);
  }

  std::unique_ptr<const advisories::AdvisoryDatabase> Database() const {
    advisories::DatabaseWriter writer;
    for (const auto& [number, record] : records_) writer.Add(record);
    advisories::KevCatalogue kev{.version = "1", .released = "2024"};
    for (const unsigned cve : kev_) kev.cves.push_back(Cve(cve));
    advisories::EpssTable epss{.model_version = "1", .score_date = "2024-01-01"};
    for (const auto& [cve, score] : scores_)
      epss.rows.push_back({*advisories::PackCveId(Cve(cve)), score, 0});
    writer.SetKev(kev);
    writer.SetEpss(epss);
    auto output = writer.Finish();
    return *advisories::AdvisoryDatabase::FromBytes(std::move(output->bytes));
  }

  // A little, as from one day to the next.
  void Change() {
    if (Below(4) > 0) ChangeRecord(Below(kRecords));
    if (Below(4) == 0) ChangeRating(Below(kCves));
  }

  std::vector<model::ImageAnalysis> Images() {
    std::vector<model::ImageAnalysis> images;
    for (int i = 0; i < 8; ++i) {
      model::ImageAnalysis image;
      image.digest = "sha256:" + std::to_string(i);
      image.has_package_database = true;
      const bool debian = Below(2) == 0;
      image.distribution =
          debian ? model::Distribution{.id = "debian", .version_id = std::to_string(11 + Below(2))}
                 : model::Distribution{.id = "alpine", .version_id = "3.19.1"};
      for (unsigned n = 0; n < kPackages; ++n) {
        if (Below(3) > 0) continue;
        model::Package package{.ecosystem = debian ? "Debian" : "Alpine",
                               .name = Name(n),
                               .version = std::to_string(Below(4)),
                               .source_name = Name(n)};
        package.source_version = package.version;
        image.packages.push_back(std::move(package));
      }
      images.push_back(std::move(image));
    }
    return images;
  }

 private:
  static constexpr unsigned kRecords = 14;
  static constexpr unsigned kCves = 5;
  static constexpr unsigned kPackages = 5;

  unsigned Below(unsigned end) { return static_cast<unsigned>(random_()) % end; }
  static std::string Cve(unsigned i) { return "CVE-2026-000" + std::to_string(i); }
  static std::string Name(unsigned i) { return "p" + std::to_string(i); }
  std::string Vector() {
    constexpr const char* kVectors[] = {"", "", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                                        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"};
    return kVectors[Below(4)];
  }
  std::string Word() {
    constexpr const char* kWords[] = {"", "", "", "high", "low"};
    return kWords[Below(5)];
  }

  void ChangeRecord(unsigned number) {
    records_.erase(number);
    if (Below(5) > 0) records_.emplace(number, Record(number));
  }
  void ChangeRating(unsigned cve) {
    kev_.erase(cve);
    scores_.erase(cve);
    if (Below(8) == 0) kev_.insert(cve);
    if (Below(3) > 0) scores_.emplace(cve, Below(3) * 40000);
  }

  advisories::AdvisoryRecord Record(unsigned number) {
    advisories::AdvisoryRecord record;
    record.id = "R-" + std::to_string(number);
    record.vulnerabilities = {Below(6) == 0 ? record.id : Cve(Below(kCves))};
    if (Below(6) == 0) record.vulnerabilities.push_back(Cve(Below(kCves)));
    std::sort(record.vulnerabilities.begin(), record.vulnerabilities.end());
    record.vulnerabilities.erase(
        std::unique(record.vulnerabilities.begin(), record.vulnerabilities.end()),
        record.vulnerabilities.end());
    if (Below(3) == 0) record.aliases.push_back("R-" + std::to_string(Below(14)));
    record.vendor_severity = Word();
    record.cvss_vector = Vector();
    for (unsigned i = 0; i <= Below(2); ++i) {
      constexpr const char* kEcosystems[] = {"Debian:11", "Debian:12", "Alpine:v3.19"};
      advisories::Affected affected;
      affected.ecosystem = kEcosystems[Below(3)];
      affected.package = Name(Below(kPackages));
      advisories::Range range{{{advisories::EventType::kIntroduced, "0"}}};
      if (Below(2) == 0)
        range.events.push_back({advisories::EventType::kFixed, std::to_string(1 + Below(3))});
      affected.ranges = {range};
      if (Below(4) == 0) affected.unfixed = model::FixStatus::kWillNotFix;
      if (Below(4) == 0) affected.cvss_vector = Vector();
      affected.vendor_severity = Below(4) == 0 ? Word() : "";
      record.affected.push_back(affected);
    }
    return record;
  }

  std::minstd_rand random_;
  std::map<unsigned, advisories::AdvisoryRecord> records_;
  std::set<unsigned> kev_;
  std::map<unsigned, uint32_t> scores_;
};

// All that a policy can see of an outcome.
std::string Seen(const findings::ScanOutcome& outcome) {
  std::string text = outcome.unknown_reason + "\n";
  for (const model::Finding& finding : outcome.findings) {
    const model::VulnerabilityDetail& detail = finding.vulnerability;
    text += finding.id + " " + std::string(ToString(finding.severity)) + " " + detail.advisory +
            " " + detail.fixed_version + " " + std::string(ToString(detail.status)) + " " +
            detail.cvss_vector + " " + detail.vendor_severity + " " + detail.severity_source +
            (detail.kev ? " kev" : "") +
            (detail.epss && detail.epss->score >= kThreshold ? " likely" : "");
    for (const std::string& alias : detail.aliases) text += " " + alias;
    text += "\n";
  }
  return text;
}

TEST_F(ConcernedImages, NoOthersFindingsDiffer) {
  size_t spared = 0;
  size_t concerned = 0;
  size_t different = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    World world(seed);
    const std::shared_ptr<const advisories::AdvisoryDatabase> before = world.Database();
    world.Change();
    const std::shared_ptr<const advisories::AdvisoryDatabase> after = world.Database();
    const std::vector<model::ImageAnalysis> images = world.Images();
    Put(images);
    const auto change = advisories::CompareDatabases(*before, *after, {kThreshold}, {});
    ASSERT_TRUE(change.has_value()) << change.error().message;
    const std::vector<std::string> hit = Concerned(*change);
    const auto old_scanner = findings::vulnerability::MakeVulnerabilityScanner(before, orders_);
    const auto new_scanner = findings::vulnerability::MakeVulnerabilityScanner(after, orders_);
    for (const model::ImageAnalysis& image : images) {
      const findings::ScanOutcome before_outcome = *old_scanner->Scan(image, {});
      const std::string was = Seen(before_outcome);
      const std::string is = Seen(*new_scanner->Scan(image, {}));
      different += was != is ? 1 : 0;
      if (std::binary_search(hit.begin(), hit.end(), image.digest)) {
        ++concerned;
        if (!change->ecosystems_added.empty() || !change->ecosystems_removed.empty()) continue;
        const auto again =
            findings::Rescan(*new_scanner, image, before_outcome, PackageFilter(*change), {});
        ASSERT_EQ(Seen(*again), is) << "seed " << seed << ", " << image.digest;
        continue;
      }
      ++spared;
      ASSERT_EQ(was, is) << "seed " << seed << ", " << image.digest;
    }
  }
  EXPECT_GT(spared, 500u);
  EXPECT_GT(different, 50u);
  EXPECT_LT(concerned, 800u) << "most images are spared";
}

}  // namespace
}  // namespace narrows::control
