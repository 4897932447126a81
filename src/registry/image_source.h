#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/call_context.h"
#include "base/result.h"
#include "model/image.h"

namespace narrows::registry {

// One platform's image, before any layer is read.
struct ResolvedImage {
  std::string reference;  // as asked for
  std::string
      digest;  // of the platform's manifest; of the configuration where there is no manifest
  std::string index_digest;  // of the index it was chosen from, else empty
  std::string config_digest;
  model::Platform platform;
  std::vector<model::Layer> layers;  // base first; diff_id and media_type always set
};

// An image somewhere: a registry, a `docker save` archive, an OCI layout. Thread-safe after
// Resolve.
class ImageSource {
 public:
  // Pieces of a layer's stored (maybe compressed) bytes, in order.
  using OnData = std::function<Status(std::string_view piece)>;

  virtual ~ImageSource() = default;

  // Reads manifest and configuration, both verified by digest. kNotFound when the image or the
  // platform is not there, kUnauthenticated/kPermissionDenied when it is not for us, kUnavailable
  // when the source is down.
  virtual Result<ResolvedImage> Resolve(const model::Platform& platform,
                                        const CallContext& context) = 0;

  // Streams a layer's stored bytes. The reader verifies digest and diffID. Several layers may be
  // read at once.
  virtual Status ReadLayer(const model::Layer& layer, const CallContext& context,
                           const OnData& on_data) = 0;
};

}  // namespace narrows::registry
