// bench_floor IMAGE…: what reading an image costs at least. Fetches its layers one after the other,
// unpacks them and takes both digests, and does nothing with what is in them.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/sha256.h"
#include "registry/archive_source.h"
#include "registry/distribution_client.h"
#include "registry/image_reference.h"
#include "registry/inflater.h"

namespace narrows::bench {
namespace {

// An existing path is an archive or layout, anything else a reference on a registry that is spoken
// to in plain HTTP.
Result<std::unique_ptr<registry::ImageSource>> OpenImage(const std::string& argument) {
  if (std::filesystem::exists(argument)) return registry::MakeArchiveSource({argument, ""});
  ASSIGN_OR_RETURN(const auto reference, registry::ImageReference::Parse(argument));
  registry::RegistryOptions options;
  options.hosts[reference.domain()].plain_http = true;
  ASSIGN_OR_RETURN(std::unique_ptr<registry::ImageSource> image,
                   registry::MakeRegistrySource(reference, std::move(options)));
  return std::unique_ptr<registry::ImageSource>(std::move(image));
}

Status Floor(registry::ImageSource& source, const model::Layer& layer) {
  Sha256 stored, unpacked;
  std::unique_ptr<registry::Inflater> inflater;
  std::string buffer(size_t{256} * 1024, '\0');
  bool first = true;
  RETURN_IF_ERROR(source.ReadLayer(layer, {}, [&](std::string_view piece) -> Status {
    if (std::exchange(first, false)) {
      const auto kind = registry::DetectCompression(piece.substr(0, registry::kMagicBytes));
      if (kind != registry::Compression::kNone) {
        ASSIGN_OR_RETURN(inflater, registry::MakeInflater(kind));
      }
    }
    if (!inflater) {  // stored as it is, both digests are one
      unpacked.Update(piece);
      return Ok();
    }
    if (!layer.digest.empty()) stored.Update(piece);
    while (true) {
      ASSIGN_OR_RETURN(const size_t n, inflater->Step(piece, buffer));
      unpacked.Update(std::string_view(buffer).substr(0, n));
      if (n < buffer.size()) return Ok();
    }
  }));
  if ("sha256:" + unpacked.FinishHex() != layer.diff_id) return DataLoss("wrong diffID");
  if (inflater && !layer.digest.empty() && "sha256:" + stored.FinishHex() != layer.digest)
    return DataLoss("wrong digest");
  return Ok();
}

Status Run(const std::string& argument) {
  ASSIGN_OR_RETURN(const auto source, OpenImage(argument));
  ASSIGN_OR_RETURN(const auto image, source->Resolve({}, {}));
  for (const model::Layer& layer : image.layers) RETURN_IF_ERROR(Floor(*source, layer));
  return Ok();
}

}  // namespace
}  // namespace narrows::bench

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const auto done = narrows::bench::Run(argv[i]);
    if (!done.has_value()) {
      std::fprintf(stderr, "%s: %s\n", argv[i], done.error().message.c_str());
      return 1;
    }
  }
  return argc > 1 ? 0 : 1;
}
