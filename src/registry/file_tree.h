#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/call_context.h"
#include "base/result.h"

namespace narrows::registry {

// The files of an image on disk, by their names within it ("blobs/sha256/…"). Thread-safe.
class FileTree {
 public:
  using OnData = std::function<Status(std::string_view piece)>;

  virtual ~FileTree() = default;

  // The size in bytes; nothing when there is no such file.
  virtual std::optional<uint64_t> Size(std::string_view name) const = 0;

  // The whole file; kNotFound, or kResourceExhausted above `most` bytes.
  virtual Result<std::string> Read(std::string_view name, size_t most) const = 0;

  // The file in pieces.
  virtual Status Stream(std::string_view name, const CallContext& context,
                        const OnData& on_data) const = 0;
};

Result<std::unique_ptr<FileTree>> OpenFolderTree(const std::filesystem::path& folder);

// A tar file, indexed once by seeking over its contents; links within it are followed.
// kInvalidArgument, with the remedy, when it is compressed or no tar file.
Result<std::unique_ptr<FileTree>> OpenTarTree(const std::filesystem::path& file);

}  // namespace narrows::registry
