#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "registry/image_source.h"

namespace narrows::bench {

// An existing path is an archive or layout, anything else a reference on a registry that is spoken
// to in plain HTTP.
Result<std::unique_ptr<registry::ImageSource>> OpenImage(const std::string& argument);

}  // namespace narrows::bench
