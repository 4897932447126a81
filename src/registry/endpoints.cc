#include "registry/endpoints.h"

#include <utility>

#include "base/strings.h"

namespace narrows::registry {
namespace {

constexpr std::string_view kDockerHub = "docker.io";
constexpr std::string_view kDockerHubApi = "registry-1.docker.io";

bool UsesPlainHttp(const std::string& host, const RegistryOptions& options) {
  const auto found = options.hosts.find(host);
  if (found != options.hosts.end()) {
    const HostOptions& said = found->second;
    if (said.plain_http) return true;
    if (said.tls.insecure_skip_verify || !said.tls.ca_pem.empty() ||
        !said.tls.client_certificate_pem.empty())
      return false;
  }
  return IsLoopback(host) && !host.ends_with(":443");
}

// "https://harbor.local/v2/hub" serves "library/nginx" as "hub/library/nginx" below "/v2".
Result<Endpoint> MirrorEndpoint(const ImageReference& image, const std::string& text) {
  ASSIGN_OR_RETURN_WITHIN(http::Url root, http::Url::Parse(text), "mirror of " + image.domain());
  if (!root.query.empty())
    return InvalidArgument("mirror of " + image.domain() + ": its URL has a query; leave it out");
  while (root.path.ends_with('/')) root.path.pop_back();
  std::string path = image.path();
  if (const size_t api = root.path.find("/v2/"); api != std::string::npos) {
    path = root.path.substr(api + 4) + "/" + path;
    root.path.resize(api + 3);
  } else if (!root.path.ends_with("/v2")) {
    root.path += "/v2";
  }
  const std::string host = root.Authority();
  return Endpoint{.root = std::move(root),
                  .host = host,
                  .image = image.At(host, std::move(path)),
                  .query = "ns=" + PercentEncode(image.domain(), ":"),
                  .is_mirror = true};
}

}  // namespace

bool IsLoopback(std::string_view host) {
  if (host.starts_with("[::1]")) return true;
  const std::string name = ToLower(host.substr(0, host.find(':')));
  if (name == "localhost") return true;
  const auto parts = Split(name, '.');
  if (parts.size() != 4 || parts[0] != "127") return false;
  for (const std::string_view part : parts) {
    const auto number = ParseInt(part);
    if (!number || *number < 0 || *number > 255) return false;
  }
  return true;
}

Result<std::vector<Endpoint>> EndpointsOf(const ImageReference& image,
                                          const RegistryOptions& options) {
  std::vector<Endpoint> endpoints;
  if (const auto found = options.hosts.find(image.domain()); found != options.hosts.end()) {
    for (const std::string& mirror : found->second.mirrors) {
      ASSIGN_OR_RETURN(Endpoint endpoint, MirrorEndpoint(image, mirror));
      endpoints.push_back(std::move(endpoint));
    }
  }
  const std::string scheme = UsesPlainHttp(image.domain(), options) ? "http://" : "https://";
  const std::string host(image.domain() == kDockerHub ? kDockerHubApi : image.domain());
  ASSIGN_OR_RETURN_WITHIN(http::Url root, http::Url::Parse(scheme + host + "/v2"), host);
  endpoints.push_back({.root = std::move(root), .host = image.domain(), .image = image});
  return endpoints;
}

}  // namespace narrows::registry
