#include "cluster_parts.h"

#include <signal.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <thread>
#include <utility>

#include "base/file.h"
#include "base/strings.h"
#include "ecosystems/catalogue/every_version_order.h"
#include "findings/vulnerability/vulnerability_scanner.h"
#include "kubernetes/client_config.h"
#include "parts.h"

namespace narrows::app {
namespace {

constexpr uint64_t kMostCacheBytes = uint64_t{512} << 20;

std::optional<std::string> Variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace

Result<std::unique_ptr<kubernetes::ApiClient>> MakeClusterClient(const ClusterFlags& flags,
                                                                 const Clock& clock) {
  ASSIGN_OR_RETURN(kubernetes::ClientConfig config,
                   kubernetes::LoadClientConfig({flags.kubeconfig, flags.context},
                                                kubernetes::Surroundings::OfProcess()));
  return kubernetes::MakeApiClient(std::move(config), clock,
                                   {.user_agent = "narrows/" + std::string(kVersion)});
}

ImageParts::ImageParts(const ImageReading& reading, const std::filesystem::path& cache_folder)
    : reading_(reading),
      cache_(inventory::image::MakeFileLayerCache(cache_folder, kMostCacheBytes)),
      orders_(ecosystems::catalogue::EveryVersionOrder()) {}

control::ImageFetcherOptions ImageParts::FetcherOptions(registry::RegistryOptions registries,
                                                        uint64_t max_bytes) const {
  control::ImageFetcherOptions options;
  options.registries = std::move(registries);
  options.analyser.extractors = reading_.Extractors();
  options.analyser.inspector = reading_.inspector.get();
  if (max_bytes > 0) options.analyser.most_unpacked_bytes = max_bytes;
  options.analyser.cache = cache_.get();
  return options;
}

std::unique_ptr<findings::Scanner> ImageParts::MakeScanner(
    std::shared_ptr<const advisories::AdvisoryDatabase> database) const {
  return findings::vulnerability::MakeVulnerabilityScanner(std::move(database), orders_);
}

std::string OwnNamespace(const std::string& flag) {
  if (!flag.empty()) return flag;
  if (const auto variable = Variable("NARROWS_NAMESPACE"); variable && !variable->empty())
    return *variable;
  const Result<std::string> account =
      ReadFile(kubernetes::Surroundings::OfProcess().service_account / "namespace", 256);
  if (account.has_value() && !Trim(*account).empty()) return std::string(Trim(*account));
  return "narrows-system";
}

int RunUntilSignal(std::chrono::milliseconds timeout,
                   const std::function<int(const CallContext&)>& run) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::stop_source source;
  const std::jthread waiter([&](const std::stop_token& done) {
    const timespec tick{0, 100'000'000};
    while (!done.stop_requested()) {
      if (sigtimedwait(&signals, nullptr, &tick) < 0) continue;
      if (source.stop_requested()) std::_Exit(kCouldNotRun);  // the second one: at once
      source.request_stop();
    }
  });
  return run(CallContext::WithTimeout(timeout, source.get_token()));
}

}  // namespace narrows::app
