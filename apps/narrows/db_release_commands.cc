#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "advisories/distribution/installed_database.h"
#include "advisories/distribution/publish.h"
#include "advisories/distribution/registry_release.h"
#include "advisories/distribution/update.h"
#include "base/clock.h"
#include "base/file.h"
#include "commands.h"
#include "http/url.h"
#include "parts.h"
#include "registry_parts.h"
#include "report/terminal/progress.h"

namespace narrows::app {
namespace {

namespace distribution = advisories::distribution;

constexpr size_t kMostKeyBytes = 64 << 10;

Result<std::unique_ptr<registry::ArtifactRepository>> OpenRepository(
    const std::string& reference, const RegistryFlags& flags, registry::RegistryOptions options,
    registry::ArtifactAccess access) {
  ASSIGN_OR_RETURN(const registry::ImageReference parsed,
                   registry::ImageReference::Parse(reference));
  ASSIGN_OR_RETURN(options.credentials, MakeLoginCredentials(flags));
  return registry::MakeArtifactRepository(parsed, std::move(options), access);
}

// A URL is a folder on a web server, anything else a reference of a registry.
Result<std::unique_ptr<distribution::ReleaseSource>> OpenSource(const DbUpdateFlags& flags) {
  ASSIGN_OR_RETURN(registry::RegistryOptions options, MakeRegistryOptions(flags.registry));
  if (!flags.from.starts_with("http://") && !flags.from.starts_with("https://")) {
    ASSIGN_OR_RETURN(auto repository, OpenRepository(flags.from, flags.registry, std::move(options),
                                                     registry::ArtifactAccess::kPull));
    return distribution::MakeRegistryReleaseSource(std::move(repository), flags.from);
  }
  ASSIGN_OR_RETURN_WITHIN(const http::Url url, http::Url::Parse(flags.from), "--from");
  http::HttpClientOptions http = options.http;
  http.tls = options.hosts[url.Authority()].tls;
  return distribution::MakeHttpReleaseSource(flags.from, std::move(http));
}

Result<distribution::UpdateResult> Update(const DbUpdateFlags& flags,
                                          report::terminal::Progress& progress) {
  distribution::UpdateOptions options;
  ASSIGN_OR_RETURN(options.database, DatabasePath(flags.database));
  for (const std::string& path : flags.keys) {
    ASSIGN_OR_RETURN_WITHIN(std::string pem, ReadFile(path, kMostKeyBytes), "--key");
    options.public_keys_pem.push_back(std::move(pem));
  }
  options.accept_unsigned = flags.accept_unsigned;
  options.accept_older = flags.accept_older;
  ASSIGN_OR_RETURN(const auto source, OpenSource(flags));
  progress.Say("fetching the database of " + source->Name());
  return distribution::UpdateDatabase(*source, options, CallContext::WithTimeout(flags.timeout),
                                      [&](const distribution::UpdateProgress& state) {
                                        progress.Count(static_cast<int64_t>(state.done),
                                                       static_cast<int64_t>(state.total));
                                      });
}

Result<distribution::Release> Publish(const DbPublishFlags& flags) {
  if (flags.key.empty() && !flags.leave_unsigned)
    return InvalidArgument(
        "give --key FILE to sign the release with; `narrows db update` refuses unsigned ones");
  distribution::PublishOptions options{.folder = flags.folder,
                                       .deltas = static_cast<size_t>(flags.deltas)};
  ASSIGN_OR_RETURN(options.database, DatabasePath(flags.database));
  if (!flags.key.empty()) {
    ASSIGN_OR_RETURN_WITHIN(options.private_key_pem, ReadFile(flags.key, kMostKeyBytes), "--key");
  }
  return distribution::PublishRelease(options, SystemClock().Now());
}

double Megabytes(uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

}  // namespace

int RunDbUpdate(const DbUpdateFlags& flags) {
  report::terminal::Progress progress(ProgressOptionsFor(flags.quiet));
  const auto result = Update(flags, progress);
  progress.Finish();
  if (!result.has_value()) return Fail(result.error().Within("db update"));
  if (!result->status.empty()) Warn(result->status);
  const std::string published = FormatRfc3339(result->release.published);
  if (!result->changed) {
    std::printf("The release of %s is in use already\n", published.c_str());
  } else {
    std::printf("The release of %s is in use: %.1f MiB fetched%s, database of %.1f MiB\n",
                published.c_str(), Megabytes(result->fetched),
                result->by_delta ? " as a delta" : "", Megabytes(result->release.database.bytes));
  }
  return kDone;
}

int RunDbRollback(const std::string& database) {
  const auto path = DatabasePath(database);
  if (!path.has_value()) return Fail(path.error());
  auto installed = distribution::InstalledDatabase::Lock(*path);
  if (!installed.has_value()) return Fail(installed.error());
  if (const Status status = installed->Rollback(); !status.has_value())
    return Fail(status.error().Within("db rollback"));
  const auto published = installed->published();
  std::printf("%s is the one before%s\n", path->c_str(),
              published ? (", the release of " + FormatRfc3339(*published)).c_str() : "");
  return kDone;
}

int RunDbPublish(const DbPublishFlags& flags) {
  const auto release = Publish(flags);
  if (!release.has_value()) return Fail(release.error().Within("db publish"));
  std::printf("%s: release of %s, %.1f MiB, %zu deltas\n", flags.folder.c_str(),
              FormatRfc3339(release->published).c_str(), Megabytes(release->compressed.bytes),
              release->deltas.size());
  return kDone;
}

int RunDbPush(const DbPushFlags& flags) {
  const auto push = [&]() -> Result<std::string> {
    ASSIGN_OR_RETURN(registry::RegistryOptions options, MakeRegistryOptions(flags.registry));
    ASSIGN_OR_RETURN(const auto repository,
                     OpenRepository(flags.reference, flags.registry, std::move(options),
                                    registry::ArtifactAccess::kPush));
    return distribution::PushRelease(flags.folder, *repository,
                                     CallContext::WithTimeout(flags.timeout));
  };
  const auto digest = push();
  if (!digest.has_value()) return Fail(digest.error().Within("db push"));
  std::printf("%s@%s\n", flags.reference.c_str(), digest->c_str());
  return kDone;
}

}  // namespace narrows::app
