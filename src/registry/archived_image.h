#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "registry/file_tree.h"

namespace narrows::registry {

// Whether the image called `name` in an archive is the one a user calls `wanted`: the same text,
// the same reference once both are written out in full, or the tag alone.
bool IsNamed(std::string_view name, std::string_view wanted);

// "…; it has: a, b, c" for an error, cut where the list is long.
std::string WhatThereIs(const std::vector<std::string>& names);

// A document of at most `most` bytes whose SHA-256 is `digest` ("sha256:…"); kDataLoss when it has
// another.
Result<std::string> ReadVerified(const FileTree& tree, const std::string& name,
                                 const std::string& digest, size_t most);

// Where an OCI layout keeps a blob; `digest` must be checked.
std::string BlobName(std::string_view digest);

}  // namespace narrows::registry
