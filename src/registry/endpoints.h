#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "registry/distribution_client.h"
#include "registry/registry_session.h"

namespace narrows::registry {

// Internal to the distribution client: where an image may be fetched, in the order to try: the
// mirrors of its registry, then the registry itself.
Result<std::vector<Endpoint>> EndpointsOf(const ImageReference& image,
                                          const RegistryOptions& options);

// True for "localhost", 127.0.0.0/8 and "[::1]", with or without a port.
bool IsLoopback(std::string_view host);

}  // namespace narrows::registry
