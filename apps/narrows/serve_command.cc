// `narrows serve`: the parts, joined.
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <thread>
#include <utility>

#include "base/json.h"
#include "base/log.h"
#include "base/strings.h"
#include "cluster_parts.h"
#include "commands.h"
#include "control/concerned_images.h"
#include "control/controller.h"
#include "control/image_fetcher.h"
#include "control/metrics_access.h"
#include "control/required_permissions.h"
#include "control/service.h"
#include "control/stored_images.h"
#include "kubernetes/events.h"
#include "kubernetes/resource_types.h"
#include "parts.h"
#include "registry_parts.h"
#include "response/quarantine/quarantine_action.h"
#include "rest/http_server.h"
#include "storage/sqlite/sqlite_store.h"

namespace narrows::app {
namespace {

constexpr auto kForever = std::chrono::hours(24 * 365 * 100);
constexpr auto kClusterRetry = std::chrono::seconds(2);

std::string InstanceName() {
  char name[256] = {};
  if (gethostname(name, sizeof(name) - 1) != 0) return "narrows";
  return name;
}

// The UID of kube-system, waited for until the API server answers.
Result<std::string> ClusterId(kubernetes::ApiClient& client, const CallContext& context) {
  std::string told;
  while (true) {
    const Result<std::string> object = client.Get({kubernetes::kNamespaces, "", "kube-system", ""},
                                                  context.Limited(std::chrono::seconds(30)));
    if (object.has_value()) {
      ASSIGN_OR_RETURN(const boost::json::value document, ParseJson(*object));
      const auto* root = document.if_object();
      const auto* metadata = root ? JsonObject(*root, "metadata") : nullptr;
      const std::string uid = metadata ? JsonString(*metadata, "uid") : "";
      if (uid.empty()) return DataLoss("the namespace kube-system has no UID");
      return uid;
    }
    if (std::exchange(told, object.error().message) != object.error().message)
      LogWarning("the API server does not answer, trying again",
                 {{"error", object.error().message}});
    RETURN_IF_ERROR(context.SleepFor(kClusterRetry));
  }
}

rest::Response Plain(int status, std::string body) {
  return {status, "text/plain; charset=utf-8", std::move(body)};
}

// What the listeners know of the service, which comes later and goes earlier than they.
struct Probes {
  std::mutex mutex;
  const control::Service* service = nullptr;

  bool Ready() {
    const std::lock_guard lock(mutex);
    return service && service->Unready().empty();
  }
  void Set(const control::Service* now) {
    const std::lock_guard lock(mutex);
    service = now;
  }
};

Result<std::unique_ptr<rest::HttpServer>> ListenForProbes(const std::string& listen,
                                                          Probes& probes) {
  return rest::StartHttpServer({.listen = listen}, [&probes](const rest::Request& request) {
    if (request.path == "/healthz") return Plain(200, "ok\n");
    if (request.path == "/readyz")
      return probes.Ready() ? Plain(200, "ok\n") : Plain(503, "not ready\n");
    return Plain(404, "not found\n");
  });
}

Result<std::unique_ptr<rest::HttpServer>> ListenForMetrics(const std::string& listen,
                                                           const control::Metrics& metrics,
                                                           kubernetes::ApiClient& client,
                                                           std::stop_token stop) {
  const bool open = rest::IsLoopback(listen);
  return rest::StartHttpServer({.listen = listen}, [&metrics, &client, open,
                                                    stop](const rest::Request& request) {
    if (request.path != "/metrics") return Plain(404, "not found\n");
    if (!open) {
      const Status allowed = control::AuthorizeMetrics(
          client, request.bearer_token, CallContext::WithTimeout(std::chrono::seconds(5), stop));
      if (!allowed.has_value()) {
        switch (allowed.error().code) {
          case ErrorCode::kUnauthenticated:
            return Plain(401, "unauthorized\n");
          case ErrorCode::kPermissionDenied:
            return Plain(403, "forbidden\n");
          default:
            LogWarning("whether metrics may be read cannot be found out",
                       {{"error", allowed.error().message}});
            return Plain(503, "unavailable\n");
        }
      }
    }
    return rest::Response{200, "text/plain; version=0.0.4; charset=utf-8", metrics.Serialize()};
  });
}

// Says why it is not ready, when that changes.
void LogReadiness(const control::Service& service, const CallContext& context) {
  std::string told = "starting";
  while (context.SleepFor(std::chrono::milliseconds(500)).has_value()) {
    const std::string reasons = Join(service.Unready(), "; ");
    if (std::exchange(told, reasons) == reasons) continue;
    if (reasons.empty()) {
      LogInfo("ready");
    } else {
      LogWarning("not ready", {{"reason", reasons}});
    }
  }
}

Status Serve(const ServeFlags& flags, const ImageReading& reading, const CallContext& context) {
  const SystemClock clock;
  const std::string own_namespace = OwnNamespace(flags.own_namespace);
  const std::string instance = InstanceName();
  control::Metrics metrics(kVersion);
  ASSIGN_OR_RETURN(const auto client, MakeClusterClient(flags.cluster, clock));
  ASSIGN_OR_RETURN(registry::RegistryOptions registries, MakeRegistryOptions(flags.registry));
  ASSIGN_OR_RETURN(registries.credentials, MakeLoginCredentials(flags.registry));
  Probes probes;
  ASSIGN_OR_RETURN(const auto probe_server, ListenForProbes(flags.listen, probes));
  ASSIGN_OR_RETURN(const auto metrics_server,
                   ListenForMetrics(flags.metrics_listen, metrics, *client, context.stop));

  ASSIGN_OR_RETURN(const std::string cluster, ClusterId(*client, context));
  ASSIGN_OR_RETURN(const auto store,
                   storage::OpenSqliteStore({.path = flags.store, .cluster = cluster}));
  control::Recorder recorder(*store, clock);
  RETURN_IF_ERROR(recorder.Load());

  // Built from the outside in; what calls back is bound last.
  std::unique_ptr<control::Controller> controller;
  std::unique_ptr<control::Service> service;
  const auto inventory = inventory::cluster::MakeClusterInventory(
      *client, {.on_change = [&](const auto& change) { controller->OnInventoryChange(change); }});
  const auto policies = control::MakePolicyWatch([&](const std::string&) {
    controller->OnPolicyChange();
    service->OnPolicyChange();
  });
  const ImageParts image_parts(reading,
                               std::filesystem::path(flags.store).parent_path() / "layers");
  control::ImageFetcherOptions fetcher =
      image_parts.FetcherOptions(std::move(registries), flags.max_image_bytes);
  fetcher.remembered = control::RememberedImages(*store);
  const auto images =
      control::MakeImagePipeline({}, control::MakeImageFetcher(*client, std::move(fetcher)),
                                 [&](const std::string& key) { controller->OnImageChange(key); });
  const auto quarantine = response::quarantine::MakeQuarantineAction(*client);
  const auto event_recorder = kubernetes::MakeEventRecorder(*client, clock, "narrows", instance);
  control::EventSender events(*event_recorder);
  const auto required = control::RequiredPermissions(*quarantine, own_namespace);
  controller = std::make_unique<control::Controller>(
      control::ControllerParts{clock, *client, *inventory, *policies, *images, *quarantine,
                               recorder, events, metrics},
      control::ControllerOptions{
          .own_namespace = own_namespace,
          .missing_permissions = [&](const CallContext& call) -> Result<std::vector<std::string>> {
            ASSIGN_OR_RETURN(const auto missing,
                             kubernetes::MissingPermissions(*client, required, call));
            std::vector<std::string> sentences;
            for (const kubernetes::Permission& permission : missing)
              sentences.push_back(permission.ToString() + " (" + permission.purpose + ")");
            return sentences;
          }});
  advisories::DatabaseHandle database(flags.database);
  service = std::make_unique<control::Service>(
      control::ServiceParts{clock, *client, *inventory, *policies, *images, database, *controller,
                            metrics},
      control::ServiceOptions{
          own_namespace, instance + "-" + std::to_string(getpid()),
          [&](auto opened) { return image_parts.MakeScanner(std::move(opened)); },
          [&](const auto& change) { return control::ImagesConcerned(*store, change); }});
  probes.Set(service.get());
  {
    const std::jthread readiness([&] { LogReadiness(*service, context); });
    service->Run(context);
  }
  probes.Set(nullptr);
  LogInfo("stopped");
  return Ok();
}

}  // namespace

int RunServe(const ServeFlags& flags) {
  const Result<ImageReading> reading = ImageReading::Start();
  if (!reading.has_value()) return Fail(reading.error());
  return RunUntilSignal(kForever, [&](const CallContext& context) -> int {
    const Status served = Serve(flags, *reading, context);
    if (served.has_value() || served.error().code == ErrorCode::kCancelled) return kDone;
    LogError("narrows serve cannot go on", {{"error", served.error().message}});
    return kCouldNotRun;
  });
}

}  // namespace narrows::app
