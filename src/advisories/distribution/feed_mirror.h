#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/call_context.h"
#include "base/result.h"
#include "http/http_client.h"

namespace narrows::advisories::distribution {

struct MirrorStats {
  uint64_t files = 0;
  uint64_t fetched = 0;  // of these; the others have not changed since the last time
};

// Copies of feeds that a web server gives out, kept from one time to the next. A file is fetched
// again only when the server says that it has changed: its ETag and Last-Modified are kept beside
// it. Redirects are followed, never from HTTPS to HTTP. A file is replaced by a rename, so that a
// failure leaves the old one. Not thread-safe.
class FeedMirror {
 public:
  // kInvalidArgument when an option cannot be used.
  static Result<FeedMirror> Make(http::HttpClientOptions options);

  // One file.
  Status CopyFile(std::string_view url, const std::filesystem::path& path,
                  const CallContext& context, MirrorStats& stats);

  // OSV's public export: <Ecosystem>/all.zip for each line of ecosystems.txt but those of single
  // releases, which the whole ecosystem's file has. What the export no longer has goes.
  // `progress` may be null and gets the ecosystem that is next.
  Status CopyOsv(std::string_view url, const std::filesystem::path& folder,
                 const CallContext& context,
                 const std::function<void(const std::string& ecosystem)>& progress,
                 MirrorStats& stats);

 private:
  explicit FeedMirror(std::unique_ptr<http::HttpClient> client) : client_(std::move(client)) {}

  std::unique_ptr<http::HttpClient> client_;
};

}  // namespace narrows::advisories::distribution
