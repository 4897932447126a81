#include "control/image_fetcher.h"

#include <utility>

#include "base/log.h"
#include "control/cluster_credentials.h"
#include "control/fetch_plan.h"

namespace narrows::control {
namespace {

// An image source that has been resolved already: a second question would cost two more requests.
class ResolvedSource final : public registry::ImageSource {
 public:
  ResolvedSource(registry::ImageSource& source, registry::ResolvedImage image)
      : source_(source), image_(std::move(image)) {}

  Result<registry::ResolvedImage> Resolve(const model::Platform&, const CallContext&) override {
    return image_;
  }
  Status ReadLayer(const model::Layer& layer, const CallContext& context,
                   const OnData& on_data) override {
    return source_.ReadLayer(layer, context, on_data);
  }

 private:
  registry::ImageSource& source_;
  const registry::ResolvedImage image_;
};

class ImageFetcher {
 public:
  ImageFetcher(kubernetes::ApiClient& client, ImageFetcherOptions options)
      : client_(client), options_(std::move(options)) {}

  Result<model::ImageAnalysis> Fetch(const ImageRequest& request,
                                     const CallContext& context) const {
    ASSIGN_OR_RETURN(const std::vector<FetchAttempt> attempts, PlanFetch(request));
    Result<model::ImageAnalysis> fetched = NotFound("no name of it is known");
    std::string reasons;
    for (const FetchAttempt& attempt : attempts) {
      fetched = Read(attempt, request, context);
      if (fetched.has_value()) return fetched;
      reasons += (reasons.empty() ? "" : "; ") + fetched.error().message;
      RETURN_IF_ERROR(context.Check());
    }
    if (std::optional<model::ImageAnalysis> known = Remembered(request)) {
      LogInfo("an image that cannot be fetched was read earlier",
              {{"image", request.image}, {"reason", reasons}});
      return *std::move(known);
    }
    return Error{fetched.error().code, reasons};
  }

 private:
  Result<model::ImageAnalysis> Read(const FetchAttempt& attempt, const ImageRequest& request,
                                    const CallContext& context) const {
    registry::RegistryOptions registries = options_.registries;
    // Shared with the source, which asks them when the registry wants a login.
    std::vector<std::shared_ptr<const registry::CredentialSource>> credentials = {
        MakeClusterCredentials(
            client_, {request.name_space, request.service_account, request.pull_secrets})};
    if (registries.credentials) credentials.push_back(registries.credentials);
    registries.credentials = registry::MakeKeyring(std::move(credentials));

    ASSIGN_OR_RETURN(const std::unique_ptr<registry::ImageSource> source,
                     registry::MakeRegistrySource(attempt.reference, std::move(registries)));
    ASSIGN_OR_RETURN(registry::ResolvedImage image, source->Resolve(request.platform, context));
    if (!attempt.expected_config.empty() && image.config_digest != attempt.expected_config) {
      return FailedPrecondition("the tag of " + attempt.reference.ToFamiliarString() +
                                " has moved since the container was started: it runs " +
                                attempt.expected_config + ", the tag leads to " +
                                image.config_digest);
    }
    ResolvedSource resolved(*source, std::move(image));
    return inventory::image::Analyse(resolved, request.platform, options_.analyser, context);
  }

  std::optional<model::ImageAnalysis> Remembered(const ImageRequest& request) const {
    if (!options_.remembered) return std::nullopt;
    const Result<registry::RunningImage> running = registry::ParseImageId(request.image_id);
    if (!running.has_value()) return std::nullopt;
    return options_.remembered(running->digest, request.platform);
  }

  kubernetes::ApiClient& client_;
  const ImageFetcherOptions options_;
};

}  // namespace

ImagePipeline::Analyse MakeImageFetcher(kubernetes::ApiClient& client,
                                        ImageFetcherOptions options) {
  // Shared because a std::function is copied.
  const auto fetcher = std::make_shared<const ImageFetcher>(client, std::move(options));
  return [fetcher](const ImageRequest& request, const CallContext& context) {
    return fetcher->Fetch(request, context);
  };
}

}  // namespace narrows::control
