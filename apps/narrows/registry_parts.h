#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "commands.h"
#include "registry/distribution_client.h"

namespace narrows::app {

// The hosts that the flags speak of. kInvalidArgument names the flag that cannot be used.
Result<registry::RegistryOptions> MakeRegistryOptions(const RegistryFlags& flags);

// Credentials of ~/.docker/config.json and the other files that docker and podman log in to.
std::shared_ptr<const registry::CredentialSource> MakeLoginCredentials();

}  // namespace narrows::app
