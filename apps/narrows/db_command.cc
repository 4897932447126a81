#include <chrono>
#include <cstdio>
#include <iostream>

#include "advisories/database.h"
#include "advisories/database_build.h"
#include "advisories/distribution/feed_mirror.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/strings.h"
#include "commands.h"
#include "database_parts.h"
#include "parts.h"
#include "report/documents/json_writer.h"
#include "report/terminal/progress.h"

namespace narrows::app {
namespace {

constexpr auto kBuildTimeout = std::chrono::hours(2);

std::string AgeOf(const advisories::DatabaseMetadata& metadata) {
  if (!metadata.newest) return "unknown";
  const auto days =
      std::chrono::duration_cast<std::chrono::days>(SystemClock().Now() - *metadata.newest).count();
  return FormatRfc3339(*metadata.newest) +
         (days < 1 ? "" : " (" + std::to_string(days) + (days == 1 ? " day old)" : " days old)"));
}

void PrintTable(const std::string& path, const advisories::DatabaseMetadata& metadata) {
  std::printf("Database       %s\n", path.c_str());
  std::printf("Format         %u\n", metadata.format_version);
  std::printf("Size           %.1f MiB\n", static_cast<double>(metadata.bytes) / (1 << 20));
  std::printf("Newest data    %s\n", AgeOf(metadata).c_str());
  std::printf("Advisories     %llu\n", static_cast<unsigned long long>(metadata.advisories));
  std::printf("KEV            %s (%llu entries)\n",
              metadata.kev_version.empty() ? "none" : Printable(metadata.kev_version).c_str(),
              static_cast<unsigned long long>(metadata.kev_entries));
  std::printf("EPSS           %s (%llu scores)\n",
              metadata.epss_date.empty() ? "none" : Printable(metadata.epss_date).c_str(),
              static_cast<unsigned long long>(metadata.epss_entries));
  std::printf("VEX            %llu documents (%llu statements)\n",
              static_cast<unsigned long long>(metadata.vex_documents),
              static_cast<unsigned long long>(metadata.vex_statements));
  std::printf("\n%-22s %10s %10s %10s  %s\n", "SOURCE", "RECORDS", "WITHDRAWN", "REFUSED",
              "NEWEST");
  for (const auto& source : metadata.sources) {
    std::printf("%-22s %10llu %10llu %10llu  %s\n", Printable(source.name).c_str(),
                static_cast<unsigned long long>(source.records),
                static_cast<unsigned long long>(source.withdrawn),
                static_cast<unsigned long long>(source.refused),
                source.newest ? FormatRfc3339(*source.newest).c_str() : "");
  }
  std::printf("\n%-22s %10s %10s\n", "ECOSYSTEM", "ADVISORIES", "PACKAGES");
  for (const auto& ecosystem : metadata.ecosystems) {
    std::printf("%-22s %10llu %10llu\n", Printable(ecosystem.name).c_str(),
                static_cast<unsigned long long>(ecosystem.advisories),
                static_cast<unsigned long long>(ecosystem.packages));
  }
}

void PrintJson(const std::string& path, const advisories::DatabaseMetadata& metadata) {
  report::documents::JsonWriter json(std::cout);
  json.BeginObject();
  json.String("path", path);
  json.Int("formatVersion", metadata.format_version);
  json.Int("bytes", static_cast<int64_t>(metadata.bytes));
  json.Int("advisories", static_cast<int64_t>(metadata.advisories));
  if (metadata.newest) json.String("newest", FormatRfc3339(*metadata.newest));
  json.OptionalString("kevVersion", metadata.kev_version);
  json.Int("kevEntries", static_cast<int64_t>(metadata.kev_entries));
  json.OptionalString("epssDate", metadata.epss_date);
  json.Int("epssEntries", static_cast<int64_t>(metadata.epss_entries));
  json.Int("vexDocuments", static_cast<int64_t>(metadata.vex_documents));
  json.Int("vexStatements", static_cast<int64_t>(metadata.vex_statements));
  json.BeginArray("sources");
  for (const auto& source : metadata.sources) {
    json.BeginObject();
    json.String("name", source.name);
    json.Int("records", static_cast<int64_t>(source.records));
    json.Int("withdrawn", static_cast<int64_t>(source.withdrawn));
    json.Int("refused", static_cast<int64_t>(source.refused));
    if (source.newest) json.String("newest", FormatRfc3339(*source.newest));
    json.EndObject();
  }
  json.EndArray();
  json.BeginArray("ecosystems");
  for (const auto& ecosystem : metadata.ecosystems) {
    json.BeginObject();
    json.String("name", ecosystem.name);
    json.Int("advisories", static_cast<int64_t>(ecosystem.advisories));
    json.Int("packages", static_cast<int64_t>(ecosystem.packages));
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  std::cout << '\n';
}

bool IsUrl(const std::string& text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

// What is at URLs is copied into the user's cache first, as far as it has changed.
Result<advisories::BuildOptions> CopyFeeds(const DbBuildFlags& flags,
                                           report::terminal::Progress& progress,
                                           const CallContext& context) {
  advisories::BuildOptions options{
      flags.osv, flags.kev, flags.epss, {flags.vex.begin(), flags.vex.end()}, {}};
  if (!IsUrl(flags.osv) && !IsUrl(flags.kev) && !IsUrl(flags.epss)) return options;
  ASSIGN_OR_RETURN(const std::filesystem::path cache, UserCacheDir());
  ASSIGN_OR_RETURN(auto mirror, advisories::distribution::FeedMirror::Make(
                                    {.user_agent = "narrows/" NARROWS_VERSION}));
  advisories::distribution::MirrorStats stats;
  const auto place = [&](const std::string& url) {
    return cache / "feeds" / Sha256Hex(url).substr(0, 16);
  };
  if (IsUrl(flags.osv)) {
    options.osv = place(flags.osv);
    RETURN_IF_ERROR(mirror.CopyOsv(
        flags.osv, options.osv, context,
        [&](const std::string& ecosystem) { progress.Say("fetching " + ecosystem); }, stats));
  }
  for (auto [url, path] : {std::pair(&flags.kev, &options.kev), {&flags.epss, &options.epss}}) {
    if (!IsUrl(*url)) continue;
    *path = place(*url);
    RETURN_IF_ERROR(mirror.CopyFile(*url, *path, context, stats));
  }
  Log(LogLevel::kInfo, "feeds copied",
      {{"files", std::to_string(stats.files)}, {"fetched", std::to_string(stats.fetched)}});
  return options;
}

Result<advisories::BuildStats> Build(const DbBuildFlags& flags,
                                     report::terminal::Progress& progress) {
  const CallContext context = CallContext::WithTimeout(kBuildTimeout);
  ASSIGN_OR_RETURN(const std::filesystem::path output, DatabasePath(flags.output));
  ASSIGN_OR_RETURN(advisories::BuildOptions options, CopyFeeds(flags, progress, context));
  options.output = output;
  return advisories::BuildDatabase(options, context, [&](const advisories::BuildProgress& state) {
    progress.Say(state.step + ", " + std::to_string(state.records) + " records");
    progress.Count(static_cast<int64_t>(state.done), static_cast<int64_t>(state.total));
  });
}

}  // namespace

int RunDbBuild(const DbBuildFlags& flags) {
  report::terminal::Progress progress(ProgressOptionsFor(flags.quiet));
  const auto stats = Build(flags, progress);
  progress.Finish();
  if (!stats.has_value()) return Fail(stats.error().Within("db build"));
  for (const std::string& status : stats->statuses) Warn(status);
  std::printf(
      "%s: %llu advisories, %.1f MiB, newest %s\n", DatabasePath(flags.output).value().c_str(),
      static_cast<unsigned long long>(stats->metadata.advisories),
      static_cast<double>(stats->metadata.bytes) / (1 << 20), AgeOf(stats->metadata).c_str());
  return kDone;
}

int RunDbInfo(const DbInfoFlags& flags) {
  const Result<std::filesystem::path> path = DatabasePath(flags.database.path);
  if (!path.has_value()) return Fail(path.error());
  const auto database = advisories::AdvisoryDatabase::Open(*path);
  if (!database.has_value()) return Fail(database.error());
  if (const Status whole = (*database)->Verify(); !whole.has_value()) return Fail(whole.error());
  const std::string shown = Printable(path->string());
  if (flags.output == OutputFormat::kJson) {
    PrintJson(shown, (*database)->Metadata());
  } else {
    PrintTable(shown, (*database)->Metadata());
  }
  const Status age = CheckAge((*database)->Metadata(), flags.database.max_age, SystemClock().Now());
  return age.has_value() ? kDone : Fail(age.error());
}

}  // namespace narrows::app
