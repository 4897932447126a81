#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"
#include "registry/image_source.h"

namespace narrows::registry {

struct ArchiveOptions {
  std::filesystem::path path;
  // Which of several images: a name ("debian:12"), a name's tag ("12") or a digest. May be empty
  // where there is but one.
  std::string image;
};

// An image on disk: a `docker save` file (also one made by skopeo, podman or containerd), an OCI
// image layout in a folder, or such a layout in a tar file; what it is, is found out. Nothing is
// unpacked. kNotFound when there is nothing at the path, kInvalidArgument when it is no image or
// when `image` does not say which; the error names what there is.
Result<std::unique_ptr<ImageSource>> MakeArchiveSource(const ArchiveOptions& options);

}  // namespace narrows::registry
