// What the advisory database costs: building it from a folder of OSV archives, its size, opening it
// and matching 1,000 packages of Debian 12. With COPIES, every record is there so many times under
// names of its own, as the whole of OSV is ten times the sample.
//
//   bench_advisories OSV-FOLDER [COPIES]
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "advisories/database.h"
#include "advisories/database_build.h"
#include "advisories/database_writer.h"
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

// Of this process: what another one does at the same time does not count.
double CpuMillis() {
  struct timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

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

// Another name for the same: CVE ids move by a hundred years a copy, others get its number.
std::string Renamed(std::string text, int copy) {
  const size_t cve = text.find("CVE-");
  if (cve != std::string::npos && cve + 8 <= text.size() && text[cve + 4] == '2') {
    text[cve + 4] = static_cast<char>('0' + (copy + 2) % 10);
    return text;
  }
  return text + "-" + std::to_string(copy);
}

advisories::AdvisoryRecord Copied(const advisories::AdvisoryRecord& record, int copy) {
  advisories::AdvisoryRecord other = record;
  other.id = Renamed(record.id, copy);
  for (auto* list : {&other.vulnerabilities, &other.aliases}) {
    for (std::string& id : *list) id = Renamed(id, copy);
  }
  other.summary = std::to_string(copy) + " " + record.summary;
  if (!record.url.empty()) other.url = Renamed(record.url, copy);
  for (advisories::Affected& affected : other.affected)
    affected.package += "-" + std::to_string(copy);
  return other;
}

Status AddCopies(const std::filesystem::path& archive, int copies,
                 advisories::DatabaseWriter& writer) {
  advisories::OsvParser parser;
  const auto visit = [&](std::string_view, const Result<std::string_view>& content) {
    if (!content.has_value()) return Ok();
    const auto record = parser.Parse(*content);
    if (!record.has_value() || record->withdrawn) return Ok();
    writer.Add(*record);
    for (int copy = 1; copy < copies; ++copy) writer.Add(Copied(*record, copy));
    return Ok();
  };
  return advisories::ReadOsvArchive(archive, {}, visit);
}

Result<advisories::DatabaseMetadata> Build(const std::filesystem::path& osv, int copies,
                                           const std::filesystem::path& database) {
  if (copies == 1) {
    const advisories::BuildOptions options{.osv = osv, .output = database};
    ASSIGN_OR_RETURN(auto stats, advisories::BuildDatabase(options, {}, nullptr));
    return std::move(stats.metadata);
  }
  advisories::DatabaseWriter writer;
  for (const auto& entry : std::filesystem::directory_iterator(osv)) {
    if (std::filesystem::exists(entry.path() / "all.zip"))
      RETURN_IF_ERROR(AddCopies(entry.path() / "all.zip", copies, writer));
  }
  ASSIGN_OR_RETURN(auto output, writer.Finish());
  RETURN_IF_ERROR(WriteFileAtomically(database, output.bytes));
  return std::move(output.metadata);
}

long PeakMegabytes() {
  struct rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1000;
}

// What reading the database has brought into memory.
long AnonymousKilobytes() {
  std::ifstream smaps("/proc/self/smaps_rollup");
  std::string key;
  long value = 0;
  for (std::string line; std::getline(smaps, line);) {
    std::istringstream fields(line);
    fields >> key >> value;
    if (key == "Anonymous:") return value;
  }
  return 0;
}

Status Run(const std::filesystem::path& osv, int copies, const std::filesystem::path& database) {
  auto start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const auto metadata, Build(osv, copies, database));
  std::printf("build     %8.0f ms, %llu advisories, %.1f MB, %ld MB of memory at most\n",
              MillisSince(start), static_cast<unsigned long long>(metadata.advisories),
              static_cast<double>(metadata.bytes) / 1e6, PeakMegabytes());
  malloc_trim(0);
  ASSIGN_OR_RETURN(const model::ImageAnalysis image, MakeImage(osv / "Debian" / "all.zip"));
  ecosystems::VersionOrders orders;
  orders.push_back(ecosystems::debian::MakeDebianVersionOrder());
  std::vector<double> opened;
  std::vector<double> matched;
  std::vector<double> cpu;
  size_t findings = 0;
  long memory = 0;
  for (int run = 0; run < kRuns; ++run) {
    const long before = AnonymousKilobytes();
    const double cpu_before = CpuMillis();
    start = std::chrono::steady_clock::now();
    ASSIGN_OR_RETURN(auto open, advisories::AdvisoryDatabase::Open(database));
    opened.push_back(MillisSince(start));
    const auto scanner = findings::vulnerability::MakeVulnerabilityScanner(std::move(open), orders);
    ASSIGN_OR_RETURN(const auto outcome, scanner->Scan(image, {}));
    matched.push_back(MillisSince(start));
    cpu.push_back(CpuMillis() - cpu_before);
    findings = outcome.findings.size();
    memory = AnonymousKilobytes() - before;
  }
  std::sort(opened.begin(), opened.end());
  std::sort(matched.begin(), matched.end());
  std::sort(cpu.begin(), cpu.end());
  std::printf("open      %8.2f ms (median of %d)\n", opened[kRuns / 2], kRuns);
  std::printf(
      "open+match%8.2f ms (%.2f of CPU), %zu packages, %zu findings (slowest run %.2f ms), "
      "%.1f MB of memory\n",
      matched[kRuns / 2], cpu[kRuns / 2], image.packages.size(), findings, matched.back(),
      static_cast<double>(memory) / 1e3);
  return Ok();
}

}  // namespace
}  // namespace narrows

int main(int argc, char** argv) {
  const long copies = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 1;
  if (argc < 2 || copies < 1 || copies > 10) {
    std::fprintf(stderr, "usage: bench_advisories OSV-FOLDER [COPIES, 1 to 10]\n");
    return 1;
  }
  auto folder = narrows::ScopedTempDir::Create();
  if (!folder.has_value()) {
    std::fprintf(stderr, "%s\n", folder.error().message.c_str());
    return 1;
  }
  const narrows::Status status =
      narrows::Run(argv[1], static_cast<int>(copies), folder->path() / "narrows.db");
  if (!status.has_value()) std::fprintf(stderr, "%s\n", status.error().message.c_str());
  return status.has_value() ? 0 : 1;
}
