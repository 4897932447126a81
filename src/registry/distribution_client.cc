#include "registry/distribution_client.h"

#include <atomic>
#include <utility>

#include "base/sha256.h"
#include "base/strings.h"
#include "registry/document_fetch.h"
#include "registry/endpoints.h"
#include "registry/layer_transfer.h"
#include "registry/manifest.h"
#include "registry/registry_connections.h"
#include "registry/registry_session.h"

namespace narrows::registry {
namespace {

constexpr std::string_view kDigestHeader = "Docker-Content-Digest";

// A manifest or a configuration.
struct Content {
  std::string bytes;
  std::string media_type;
  std::string digest;
};

class DistributionImage final : public ImageSource {
 public:
  DistributionImage(ImageReference reference, RegistryOptions options)
      : reference_(std::move(reference)), options_(std::move(options)) {
    if (!options_.connections) options_.connections = MakeRegistryConnections();
  }

  Status AddEndpoints() {
    ASSIGN_OR_RETURN(std::vector<Endpoint> endpoints, EndpointsOf(reference_, options_));
    for (Endpoint& endpoint : endpoints) {
      // So that a certificate that cannot be read is found now.
      RETURN_IF_ERROR(options_.connections->ClientFor(endpoint.host, options_));
      sessions_.push_back(
          std::make_unique<RegistrySession>(std::move(endpoint), options_, *options_.connections));
    }
    return Ok();
  }

  Result<ResolvedImage> Resolve(const model::Platform& platform,
                                const CallContext& context) override {
    return AtAnyEndpoint<ResolvedImage>(
        context, [&](RegistrySession& session) { return ResolveAt(session, platform, context); });
  }

  Status ReadLayer(const model::Layer& layer, const CallContext& context,
                   const OnData& on_data) override {
    RETURN_IF_ERROR(CheckDigest(layer.digest));
    if (layer.size > options_.limits.layer_bytes)
      return ResourceExhausted("layer " + layer.digest + " has " + std::to_string(layer.size) +
                               " bytes, limit " + std::to_string(options_.limits.layer_bytes));
    LayerTransfer transfer(layer, options_.limits, on_data);
    const size_t first = preferred_;
    Status status = Ok();
    for (size_t i = 0; i < sessions_.size(); ++i) {
      RegistrySession& session = *sessions_[(first + i) % sessions_.size()];
      status = transfer.From(session, Attempts(session), context);
      if (status.has_value() || transfer.ended_by_reader() || !context.Check().has_value())
        return status;
    }
    return status;
  }

 private:
  int Attempts(const RegistrySession& session) const {
    return session.endpoint().is_mirror ? 1 : options_.limits.attempts;
  }

  // The first endpoint's answer; where all fail, the registry's own error, which is the last.
  template <typename T, typename Operation>
  Result<T> AtAnyEndpoint(const CallContext& context, Operation operation) {
    std::string mirrors;
    for (size_t i = 0;; ++i) {
      Result<T> result = operation(*sessions_[i]);
      if (result.has_value()) {
        preferred_ = i;
        return result;
      }
      if (i + 1 == sessions_.size() || !context.Check().has_value()) {
        Error error = std::move(result).error();
        error.message += mirrors;
        return error;
      }
      mirrors += "; mirror " + sessions_[i]->endpoint().host + ": " + result.error().message;
    }
  }

  Result<Content> Fetch(RegistrySession& session, const RegistrySession::Request& request,
                        size_t most, const std::string& what, const CallContext& context) {
    ASSIGN_OR_RETURN(Document document,
                     FetchDocument(session, request, most, what, options_.limits, context));
    return Content{.bytes = std::move(document.bytes),
                   .media_type = std::string(document.head.HeaderValue("Content-Type")),
                   .digest = std::string(document.head.HeaderValue(kDigestHeader))};
  }

  // `wanted` is a tag or a digest.
  Result<Content> FetchManifest(RegistrySession& session, const std::string& wanted,
                                const std::string& what, const CallContext& context) {
    const RegistrySession::Request request{
        .path = "manifests/" + wanted,
        .headers = {{"Accept", std::string(AcceptedManifestTypes())}}};
    ASSIGN_OR_RETURN(Content document, Fetch(session, request, kMostManifestBytes, what, context));
    const std::string actual = "sha256:" + Sha256Hex(document.bytes);
    const bool by_digest = wanted.find(':') != std::string::npos;
    // The server's header is checked for a tag only where it is an algorithm we can check.
    if (by_digest || document.digest.starts_with("sha256:"))
      RETURN_IF_ERROR(
          VerifyDigest("manifest of " + what, by_digest ? wanted : document.digest, actual));
    document.digest = actual;
    return document;
  }

  Result<ResolvedImage> ResolveAt(RegistrySession& session, const model::Platform& platform,
                                  const CallContext& context) {
    const std::string what = reference_.ToFamiliarString();
    ResolvedImage resolved{.reference = reference_.ToString()};
    ASSIGN_OR_RETURN(Content document, FetchManifest(session, reference_.Wanted(), what, context));
    std::optional<model::Platform> chosen;
    for (int depth = 0;; ++depth) {
      ASSIGN_OR_RETURN_WITHIN(const Manifest manifest,
                              ParseManifest(document.bytes, document.media_type), what);
      if (const auto* image = std::get_if<ImageManifest>(&manifest)) {
        resolved.digest = document.digest;
        return WithConfig(session, *image, chosen, std::move(resolved), context);
      }
      if (depth == kMostIndexDepth)
        return ResourceExhausted(what + ": more than " + std::to_string(kMostIndexDepth) +
                                 " indexes within each other");
      if (resolved.index_digest.empty()) resolved.index_digest = document.digest;
      ASSIGN_OR_RETURN_WITHIN(const Descriptor entry,
                              ChoosePlatform(std::get<ImageIndex>(manifest), platform), what);
      if (entry.platform) chosen = Normalized(*entry.platform);
      ASSIGN_OR_RETURN(document, FetchManifest(session, entry.digest, what, context));
      if (static_cast<int64_t>(document.bytes.size()) != entry.size)
        return DataLoss("manifest " + entry.digest + " of " + what +
                        " has another size than its "
                        "index says");
    }
  }

  Result<ResolvedImage> WithConfig(RegistrySession& session, const ImageManifest& manifest,
                                   const std::optional<model::Platform>& chosen,
                                   ResolvedImage resolved, const CallContext& context) {
    const Descriptor& config = manifest.config;
    const std::string what = "configuration of " + reference_.ToFamiliarString();
    if (config.size > static_cast<int64_t>(kMostConfigBytes))
      return ResourceExhausted(what + " has " + std::to_string(config.size) + " bytes, limit " +
                               std::to_string(kMostConfigBytes));
    ASSIGN_OR_RETURN(const Content document,
                     Fetch(session, {.path = "blobs/" + config.digest},
                           static_cast<size_t>(config.size), what, context));
    RETURN_IF_ERROR(VerifyDigest(what, config.digest, "sha256:" + Sha256Hex(document.bytes)));
    ASSIGN_OR_RETURN_WITHIN(const ImageConfig parsed, ParseImageConfig(document.bytes), what);
    ASSIGN_OR_RETURN_WITHIN(resolved.layers, JoinLayers(manifest, parsed), what);
    resolved.config_digest = config.digest;
    // The index knows the variant, which a configuration often lacks.
    resolved.platform = chosen ? *chosen : parsed.platform;
    return resolved;
  }

  const ImageReference reference_;
  RegistryOptions options_;
  std::vector<std::unique_ptr<RegistrySession>> sessions_;  // mirrors first, the registry last
  std::atomic<size_t> preferred_ = 0;                       // that answered last
};

}  // namespace

Result<std::unique_ptr<ImageSource>> MakeRegistrySource(const ImageReference& reference,
                                                        RegistryOptions options) {
  auto image = std::make_unique<DistributionImage>(reference, std::move(options));
  RETURN_IF_ERROR(image->AddEndpoints());
  return std::unique_ptr<ImageSource>(std::move(image));
}

}  // namespace narrows::registry
