// From a new advisory back to what runs: 10,000 images with 2,000,000 packages in a store, none of
// which share a layer, and an advisory that hits 300 of them.
//
//   bench_backwards OSV-FOLDER
//
// Exits 1 when naming the images and their workloads takes a second or more.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "advisories/database_change.h"
#include "advisories/database_writer.h"
#include "advisories/osv_archive.h"
#include "advisories/osv_parser.h"
#include "base/file.h"
#include "control/concerned_images.h"
#include "ecosystems/debian/version.h"
#include "findings/rescan.h"
#include "findings/vulnerability/vulnerability_scanner.h"
#include "storage/sqlite/sqlite_store.h"

namespace narrows {
namespace {

constexpr size_t kImages = 10'000;
constexpr size_t kPackagesOfAnImage = 200;
constexpr size_t kHit = 300;
constexpr size_t kScannedToCompare = 500;
constexpr double kMostMillis = 1000;
constexpr const char* kPackage = "shop-checkout";
constexpr const char* kCve = "CVE-2026-99999";

double MillisSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

// The advisories of the folder, with the new one among them or not. The names of Debian's packages
// that they speak of come out too.
Status WriteDatabase(const std::filesystem::path& osv, bool with_new, const std::string& path,
                     std::vector<std::string>& names) {
  advisories::DatabaseWriter writer;
  std::map<std::string, int> debian;
  for (const auto& folder : std::filesystem::directory_iterator(osv)) {
    const std::filesystem::path archive = folder.path() / "all.zip";
    if (!std::filesystem::exists(archive)) continue;
    advisories::OsvParser parser;
    RETURN_IF_ERROR(advisories::ReadOsvArchive(
        archive, {}, [&](std::string_view, const Result<std::string_view>& content) {
          if (!content.has_value()) return Ok();
          const auto record = parser.Parse(*content);
          if (!record.has_value() || record->withdrawn) return Ok();
          writer.Add(*record);
          for (const advisories::Affected& affected : record->affected) {
            if (affected.ecosystem == "Debian:12") ++debian[affected.package];
          }
          return Ok();
        }));
  }
  if (with_new) {
    advisories::AdvisoryRecord record;
    record.id = std::string("DEBIAN-") + kCve;
    record.vulnerabilities = {kCve};
    record.cvss_vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    advisories::Affected affected;
    affected.ecosystem = "Debian:12";
    affected.package = kPackage;
    affected.ranges = {
        {{{advisories::EventType::kIntroduced, "0"}, {advisories::EventType::kFixed, "2.0"}}}};
    record.affected = {affected};
    writer.Add(record);
  }
  ASSIGN_OR_RETURN(const auto output, writer.Finish());
  names.clear();
  for (const auto& [name, count] : debian) names.push_back(name);
  return WriteFileAtomically(path, output.bytes);
}

// Image number i: packages by chance, in versions of its own layers; kHit of all hold the one.
model::ImageAnalysis MakeImage(size_t i, const std::vector<std::string>& names,
                               std::minstd_rand& random) {
  model::ImageAnalysis image;
  image.digest = "sha256:" + std::to_string(1'000'000 + i);
  image.distribution = model::Distribution{.id = "debian", .version_id = "12"};
  image.has_package_database = true;
  const size_t step = names.size() / kPackagesOfAnImage + 1;
  for (size_t n = 0; n < kPackagesOfAnImage; ++n) {
    model::Package package;
    package.ecosystem = "Debian";
    package.source_name = names[(n * step + random() % step) % names.size()];
    package.name = package.source_name + "-" + std::to_string(n);
    package.version = package.source_version = std::to_string(random() % 20) + ".0-1";
    package.path = "/var/lib/dpkg/status";
    package.layer = "sha256:layer-" + std::to_string(i) + (n % 2 == 0 ? "a" : "b");
    image.packages.push_back(std::move(package));
  }
  if (i % (kImages / kHit) == 0 && i / (kImages / kHit) < kHit) {
    model::Package& package = image.packages.back();
    package.name = package.source_name = kPackage;
    package.version = package.source_version = "1.9";
  }
  return image;
}

Status Fill(storage::Store& store, const std::vector<std::string>& names) {
  const auto start = std::chrono::steady_clock::now();
  std::minstd_rand random(1);
  constexpr size_t kBatch = 500;
  for (size_t i = 0; i < kImages;) {
    ASSIGN_OR_RETURN(auto transaction, store.Begin(TimePoint(Duration(1))));
    for (const size_t end = i + kBatch; i < end && i < kImages; ++i) {
      const model::ImageAnalysis image = MakeImage(i, names, random);
      RETURN_IF_ERROR(transaction->images().Put(image));
      model::Assessment assessment;
      assessment.workload = {store.cluster(), "shop-" + std::to_string(i / 20), "apps/v1",
                             "Deployment",    "web-" + std::to_string(i),       std::to_string(i)};
      assessment.policy = "production";
      assessment.containers.emplace_back().image_digest = image.digest;
      ASSIGN_OR_RETURN([[maybe_unused]] const bool changed,
                       transaction->assessments().Put(assessment));
    }
    RETURN_IF_ERROR(transaction->Commit());
  }
  const double took = MillisSince(start);
  std::printf("stored     %8.0f ms, %.2f ms an image, %zu images, %zu packages\n", took,
              took / kImages, kImages, kImages * kPackagesOfAnImage);
  return Ok();
}

struct Databases {
  std::shared_ptr<const advisories::AdvisoryDatabase> before;  // shared with scanners
  std::shared_ptr<const advisories::AdvisoryDatabase> after;
};

// What `serve` does on a new database, up to the names; true when it named what it must in time.
Result<bool> NameWhatIsHit(const storage::Store& store, const Databases& databases) {
  ecosystems::VersionOrders orders;
  orders.push_back(ecosystems::debian::MakeDebianVersionOrder());
  const auto scanner = findings::vulnerability::MakeVulnerabilityScanner(databases.after, orders);
  auto start = std::chrono::steady_clock::now();
  const auto begin = start;
  ASSIGN_OR_RETURN(const advisories::DatabaseChange change,
                   advisories::CompareDatabases(*databases.before, *databases.after, {}, {}));
  std::printf("compared   %8.1f ms, records that differ: %zu, of packages: %zu\n",
              MillisSince(start), change.records.size(), change.packages.size());
  start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const std::vector<std::string> images, control::ImagesConcerned(store, change));
  std::printf("looked up  %8.1f ms, %zu images\n", MillisSince(start), images.size());
  start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const auto snapshot, store.Read());
  const findings::Concerned concerned = control::PackageFilter(change);
  size_t hit = 0;
  size_t workloads = 0;
  for (const std::string& digest : images) {
    ASSIGN_OR_RETURN(const auto image, snapshot->images().Get(digest));
    ASSIGN_OR_RETURN(const auto outcome,
                     findings::Rescan(*scanner, image->analysis, {}, concerned, {}));
    const bool found =
        std::any_of(outcome.findings.begin(), outcome.findings.end(),
                    [](const model::Finding& finding) { return finding.vulnerability.id == kCve; });
    if (!found) continue;
    ++hit;
    ASSIGN_OR_RETURN(const auto uses, snapshot->assessments().UsesOf(digest, ""));
    workloads += uses.size();
  }
  const double total = MillisSince(begin);
  std::printf("judged     %8.1f ms, %zu images hit, %zu workloads named\n", MillisSince(start), hit,
              workloads);
  std::printf("in all     %8.1f ms (at most %.0f)\n", total, kMostMillis);
  return hit == kHit && workloads == kHit && total < kMostMillis;
}

// The way it would be without looking back: every image again, extrapolated.
Status JudgeAll(const storage::Store& store, const Databases& databases) {
  ecosystems::VersionOrders orders;
  orders.push_back(ecosystems::debian::MakeDebianVersionOrder());
  const auto scanner = findings::vulnerability::MakeVulnerabilityScanner(databases.after, orders);
  ASSIGN_OR_RETURN(const auto snapshot, store.Read());
  ASSIGN_OR_RETURN(std::vector<std::string> digests, snapshot->images().Digests());
  digests.resize(kScannedToCompare);
  std::vector<model::ImageAnalysis> images;
  for (const std::string& digest : digests) {
    ASSIGN_OR_RETURN(auto image, snapshot->images().Get(digest));
    images.push_back(std::move(image->analysis));
  }
  const auto start = std::chrono::steady_clock::now();
  for (const model::ImageAnalysis& image : images) {
    ASSIGN_OR_RETURN([[maybe_unused]] const auto outcome, scanner->Scan(image, {}));
  }
  std::printf("all anew   %8.0f ms, from memory, by %zu images of %zu\n",
              MillisSince(start) * kImages / kScannedToCompare, kScannedToCompare, kImages);
  return Ok();
}

Result<bool> Run(const std::filesystem::path& osv) {
  ASSIGN_OR_RETURN(const auto folder, ScopedTempDir::Create());
  const std::string before = folder.path() / "before.db";
  const std::string after = folder.path() / "after.db";
  std::vector<std::string> names;
  RETURN_IF_ERROR(WriteDatabase(osv, false, before, names));
  RETURN_IF_ERROR(WriteDatabase(osv, true, after, names));
  if (names.empty()) return FailedPrecondition("no advisory of Debian 12 in " + osv.string());
  const std::filesystem::path path = folder.path() / "narrows.sqlite";
  ASSIGN_OR_RETURN(const auto store, storage::OpenSqliteStore({.path = path, .cluster = "c"}));
  RETURN_IF_ERROR(Fill(*store, names));
  ASSIGN_OR_RETURN([[maybe_unused]] const auto dropped, store->Compact(TimePoint(Duration(1))));
  std::printf("store      %8.1f MB\n", static_cast<double>(std::filesystem::file_size(path)) / 1e6);
  Databases databases;
  ASSIGN_OR_RETURN(databases.before, advisories::AdvisoryDatabase::Open(before));
  ASSIGN_OR_RETURN(databases.after, advisories::AdvisoryDatabase::Open(after));
  ASSIGN_OR_RETURN(const bool in_time, NameWhatIsHit(*store, databases));
  RETURN_IF_ERROR(JudgeAll(*store, databases));
  return in_time;
}

}  // namespace
}  // namespace narrows

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_backwards OSV-FOLDER\n");
    return 1;
  }
  const narrows::Result<bool> in_time = narrows::Run(argv[1]);
  if (!in_time.has_value()) std::fprintf(stderr, "%s\n", in_time.error().message.c_str());
  return in_time.has_value() && *in_time ? 0 : 1;
}
