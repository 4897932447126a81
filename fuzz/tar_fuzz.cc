// Pushes the input through the tar reader, once whole and once in small pieces; both must see the
// same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "registry/tar_reader.h"

namespace {

class Recorder final : public narrows::registry::TarVisitor {
 public:
  narrows::Result<bool> OnEntry(const narrows::registry::TarEntry& entry) override {
    std::string path;
    narrows::registry::NormalisePath(entry.path, path);
    if (path.starts_with("../") || path.starts_with("/")) std::abort();
    seen += path + "\n" + std::string(entry.link) + "\n";
    return entry.size <= 65536;
  }
  narrows::Status OnContent(std::string_view piece) override {
    seen += piece;
    return narrows::Ok();
  }
  narrows::Status OnEnd() override { return narrows::Ok(); }

  std::string seen;
};

std::string Read(std::string_view bytes, size_t piece) {
  Recorder recorder;
  narrows::registry::TarReader reader(recorder, {.header_bytes = 4096, .sparse_extents = 64});
  narrows::Status status = narrows::Ok();
  while (!bytes.empty() && status.has_value()) {
    status = reader.Push(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  if (status.has_value()) status = reader.Finish();
  return recorder.seen + (status.has_value() ? "" : status.error().message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (Read(bytes, bytes.size()) != Read(bytes, 300)) std::abort();
  return 0;
}
