#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/http_client.h"
#include "registry/credentials.h"
#include "registry/image_reference.h"
#include "registry/image_source.h"

namespace narrows::registry {

// How one registry host is reached.
struct HostOptions {
  // HTTP instead of HTTPS. Without any of these options only localhost, 127.0.0.0/8 and [::1] are
  // spoken to in plain HTTP, and not on port 443.
  bool plain_http = false;
  // ca_pem, client certificate, insecure_skip_verify; used for this host alone.
  http::TlsOptions tls;
  // URLs of hosts that hold copies of this registry, tried in order before it: "https://m.local",
  // "https://harbor.local/v2/hub" (the path of the API's root; "/v2" where it has no path). An
  // http:// mirror is spoken to in plain HTTP.
  std::vector<std::string> mirrors;
};

struct RegistryLimits {
  int attempts = 4;  // at a registry that is down or limits the rate; a mirror has one
  std::chrono::milliseconds retry_delay{250};          // doubled each time
  std::chrono::milliseconds most_retry_after{30'000};  // a longer Retry-After is a failure
  int redirects = 5;                                   // of one request
  int layer_resumptions = 20;                          // of one layer's transfer
  int64_t layer_bytes = int64_t{64} << 30;
};

// Connections and tokens that sources share. Thread-safe; a token is used only with the credential
// it was given for.
class RegistryConnections;

struct RegistryOptions {
  // By host with port as in a reference ("docker.io", "r.local:5000"), also for mirrors.
  std::map<std::string, HostOptions> hosts;
  // Asked once a host, when it wants authentication. None: anonymous.
  std::shared_ptr<const CredentialSource> credentials;
  // Proxy, user agent and timeouts for every host; its `tls` is not used.
  http::HttpClientOptions http;
  RegistryLimits limits;
  // Given to several sources, these share connections and tokens; the sources' `hosts` and `http`
  // must be the same. None: the source has its own.
  std::shared_ptr<RegistryConnections> connections;
};

std::shared_ptr<RegistryConnections> MakeRegistryConnections();

// An image on a registry (OCI distribution specification 1.1, Docker registry API v2). Errors carry
// the registry's own code and words. Credentials go only to the host they are for and to the token
// server it names, never along a redirect to another host; a redirect or token server that would
// leave HTTPS for HTTP is refused. Every manifest and configuration is verified by digest and size.
// kInvalidArgument for a mirror that is no URL or a certificate that cannot be read. Nothing is
// sent yet. The platform of an image without an index is reported as it is, whatever was wanted: it
// is the only one that can run.
Result<std::unique_ptr<ImageSource>> MakeRegistrySource(const ImageReference& reference,
                                                        RegistryOptions options);

}  // namespace narrows::registry
