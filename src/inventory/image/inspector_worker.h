#pragma once

#include <vector>

#include "base/file_descriptor.h"
#include "inventory/image/watchlist.h"

namespace narrows::inventory::image {

// Internal to the sandboxed inspector: what a worker does. It inspects one layer and returns its
// exit code. `watchlist` is that of an image of which nothing is known yet.
int RunInspectorWorker(Watchlist watchlist, std::vector<FileDescriptor> descriptors);

}  // namespace narrows::inventory::image
