#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows::registry {

// The name of an image as people type it and Kubernetes stores it, read as containerd reads it:
// the grammar and the normalisation are those of the CNCF distribution project's reference format
// ("ubuntu" is docker.io/library/ubuntu:latest). An immutable value.
class ImageReference {
 public:
  // kInvalidArgument, naming the fault and the remedy; kUnimplemented for a digest whose algorithm
  // cannot be verified here (only sha256 can).
  static Result<ImageReference> Parse(std::string_view text);

  // For code that knows its parts are valid, e.g. a mirror of a parsed reference. `domain` may have
  // a port.
  ImageReference At(std::string domain, std::string path) const;

  // Host with port if one was given: "docker.io", "localhost:5000", "[::1]:5000".
  const std::string& domain() const { return domain_; }
  // The repository on its registry: "library/ubuntu".
  const std::string& path() const { return path_; }
  // "latest" where neither tag nor digest was given, empty where only a digest was.
  const std::string& tag() const { return tag_; }
  // "sha256:…" or empty. When there is one, the tag says nothing about what is fetched.
  const std::string& digest() const { return digest_; }

  // What a registry is asked for: the digest if there is one, else the tag.
  const std::string& Wanted() const { return digest_.empty() ? tag_ : digest_; }

  // "docker.io/library/ubuntu".
  std::string Repository() const { return domain_ + "/" + path_; }
  // Canonical: "docker.io/library/ubuntu:latest", "…:tag@sha256:…".
  std::string ToString() const;
  // As people write it: "ubuntu:latest", "grafana/grafana:9", "quay.io/a/b:1".
  std::string ToFamiliarString() const;

  friend bool operator==(const ImageReference&, const ImageReference&) = default;

 private:
  ImageReference() = default;

  std::string Suffix() const;

  std::string domain_;
  std::string path_;
  std::string tag_;
  std::string digest_;
};

// Ok for "sha256:" and 64 lower-case hexadecimal digits. kUnimplemented for the other registered
// algorithms (sha384, sha512), kInvalidArgument for anything else.
Status CheckDigest(std::string_view digest);

// What the `imageID` of a Kubernetes container status says about the image that runs.
struct RunningImage {
  std::string digest;      // "sha256:…"
  std::string repository;  // canonical; empty when the runtime named none
  // False: the digest is of a manifest or an index, and the registry can be asked for it. True: it
  // is of an image configuration only, which no registry serves by name.
  bool is_configuration = false;
};

// Reads "docker-pullable://repo@sha256:…", "repo@sha256:…", "docker://sha256:…", "sha256:…" and a
// bare 64-digit id (CRI-O). kInvalidArgument for anything else, the empty string included.
Result<RunningImage> ParseImageId(std::string_view image_id);

}  // namespace narrows::registry
