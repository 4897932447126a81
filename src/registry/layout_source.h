#pragma once

#include <memory>
#include <string>

#include "registry/file_tree.h"
#include "registry/image_source.h"

namespace narrows::registry {

// An OCI image layout (OCI image specification, image-layout.md). `name` is for errors and for
// ResolvedImage::reference, `image` as in ArchiveOptions.
std::unique_ptr<ImageSource> MakeLayoutSource(std::unique_ptr<FileTree> tree, std::string name,
                                              std::string image);

}  // namespace narrows::registry
