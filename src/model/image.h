#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/package.h"

namespace narrows::model {

// "linux/amd64", "linux/arm64/v8".
struct Platform {
  std::string os = "linux";
  std::string architecture = "amd64";
  std::string variant;

  std::string ToString() const;
  friend bool operator==(const Platform&, const Platform&) = default;
};

struct Layer {
  std::string diff_id;  // "sha256:…" of the unpacked bytes
  std::string digest;   // of the bytes as stored; may be empty
  int64_t size = 0;     // as stored
  std::string media_type;
};

// What was read of one image, or could not be.
struct ImageAnalysis {
  std::string digest;  // of the platform's manifest; of the configuration where no manifest exists
  std::string index_digest;  // of the index it was chosen from, else empty
  std::string config_digest;
  std::string reference;  // as named by who asked
  Platform platform;
  std::vector<Layer> layers;
  std::optional<Distribution> distribution;
  std::vector<Package> packages;  // sorted by ecosystem, name, architecture, version; none twice
  bool has_package_database = false;
  bool complete = true;               // false: a limit or a damaged file left something out
  std::vector<std::string> statuses;  // why it is incomplete, one sentence each
};

}  // namespace narrows::model
