// What the advisory database costs: building it from a folder of OSV archives, its size, opening it
// and matching 1,000 packages of Debian 12.
//
//   bench_advisories OSV-FOLDER [DATABASE]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "advisories/database.h"
#include "advisories/database_build.h"
#include "advisories/osv_archive.h"
#include "advisories/osv_parser.h"
#include "base/file.h"
#include "ecosystems/debian/version.h"
#include "findings/vulnerability/vulnerability_scanner.h"

namespace narrows {
namespace {

constexpr size_t kPackages = 1000;
constexpr int kRuns = 15;
constexpr std::string_view kRelease = "Debian:12";

double MillisSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

// The first packages that the archive has advisories of, by name, each with a version that many
// advisories hit; fewer when there are fewer.
Result<model::ImageAnalysis> MakeImage(const std::filesystem::path& archive) {
  std::set<std::string> names;
  advisories::OsvParser parser;
  const auto visit = [&](std::string_view, const Result<std::string_view>& content) {
    if (!content.has_value()) return Ok();
    const auto record = parser.Parse(*content);
    if (!record.has_value()) return Ok();
    for (const advisories::Affected& affected : record->affected) {
      if (affected.ecosystem == kRelease) names.insert(affected.package);
    }
    return Ok();
  };
  RETURN_IF_ERROR(advisories::ReadOsvArchive(archive, {}, visit));
  model::ImageAnalysis image;
  image.digest = "sha256:0";
  image.distribution = model::Distribution{.id = "debian", .version_id = "12"};
  image.has_package_database = true;
  for (const std::string& name : names) {
    if (image.packages.size() == kPackages) break;
    model::Package package;
    package.ecosystem = "Debian";
    package.name = package.source_name = name;
    package.version = package.source_version = "1:1.2.3-4";
    image.packages.push_back(std::move(package));
  }
  return image;
}

Status Run(const std::filesystem::path& osv, const std::filesystem::path& database) {
  auto start = std::chrono::steady_clock::now();
  advisories::BuildOptions options{.osv = osv, .output = database};
  ASSIGN_OR_RETURN(const auto stats, advisories::BuildDatabase(options, {}, nullptr));
  std::printf("build     %8.0f ms, %llu advisories, %.1f MB\n", MillisSince(start),
              static_cast<unsigned long long>(stats.metadata.advisories),
              static_cast<double>(stats.metadata.bytes) / 1e6);
  ASSIGN_OR_RETURN(const model::ImageAnalysis image, MakeImage(osv / "Debian" / "all.zip"));
  ecosystems::VersionOrders orders;
  orders.push_back(ecosystems::debian::MakeDebianVersionOrder());
  std::vector<double> opened;
  std::vector<double> matched;
  size_t findings = 0;
  for (int run = 0; run < kRuns; ++run) {
    start = std::chrono::steady_clock::now();
    ASSIGN_OR_RETURN(auto open, advisories::AdvisoryDatabase::Open(database));
    opened.push_back(MillisSince(start));
    const auto scanner = findings::vulnerability::MakeVulnerabilityScanner(std::move(open), orders);
    ASSIGN_OR_RETURN(const auto outcome, scanner->Scan(image, {}));
    matched.push_back(MillisSince(start));
    findings = outcome.findings.size();
  }
  std::sort(opened.begin(), opened.end());
  std::sort(matched.begin(), matched.end());
  std::printf("open      %8.2f ms (median of %d)\n", opened[kRuns / 2], kRuns);
  std::printf("open+match%8.2f ms, %zu packages, %zu findings (first run %.2f ms at most)\n",
              matched[kRuns / 2], image.packages.size(), findings, matched.back());
  return Ok();
}

}  // namespace
}  // namespace narrows

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_advisories OSV-FOLDER [DATABASE]\n");
    return 1;
  }
  auto folder = narrows::ScopedTempDir::Create();
  if (!folder.has_value()) {
    std::fprintf(stderr, "%s\n", folder.error().message.c_str());
    return 1;
  }
  const std::filesystem::path database =
      argc > 2 ? std::filesystem::path(argv[2]) : folder->path() / "narrows.db";
  const narrows::Status status = narrows::Run(argv[1], database);
  if (!status.has_value()) std::fprintf(stderr, "%s\n", status.error().message.c_str());
  return status.has_value() ? 0 : 1;
}
