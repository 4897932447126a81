#include "registry/archived_image.h"

#include "base/sha256.h"
#include "base/strings.h"
#include "registry/image_reference.h"

namespace narrows::registry {

bool IsNamed(std::string_view name, std::string_view wanted) {
  if (name.empty()) return false;
  if (name == wanted) return true;
  const auto reference = ImageReference::Parse(name);
  if (!reference.has_value()) return false;
  if (wanted == reference->tag()) return true;
  const auto other = ImageReference::Parse(wanted);
  return other.has_value() && *other == *reference;
}

std::string WhatThereIs(const std::vector<std::string>& names) {
  constexpr size_t kMost = 20;
  std::string text;
  for (size_t i = 0; i < names.size() && i < kMost; ++i)
    text += (i == 0 ? "; it has: " : ", ") + Printable(names[i]);
  if (names.size() > kMost) text += ", and " + std::to_string(names.size() - kMost) + " more";
  return text;
}

Result<std::string> ReadVerified(const FileTree& tree, const std::string& name,
                                 const std::string& digest, size_t most) {
  ASSIGN_OR_RETURN(std::string content, tree.Read(name, most));
  const std::string actual = "sha256:" + Sha256Hex(content);
  if (actual != digest)
    return DataLoss(Printable(name) + " is damaged: its digest is " + actual + ", not " + digest);
  return content;
}

std::string BlobName(std::string_view digest) {
  std::string name = "blobs/" + std::string(digest);
  name[name.find(':')] = '/';
  return name;
}

}  // namespace narrows::registry
