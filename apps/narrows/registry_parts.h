#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "commands.h"
#include "registry/distribution_client.h"

namespace narrows::app {

// The hosts that the flags speak of. kInvalidArgument names the flag that cannot be used.
Result<registry::RegistryOptions> MakeRegistryOptions(const RegistryFlags& flags);

// Who logs in to registries, pull secrets aside: ~/.docker/config.json and the other files that
// docker and podman log in to, then, as with the kubelet, the plug-ins that the flags name.
Result<std::shared_ptr<const registry::CredentialSource>> MakeLoginCredentials(
    const RegistryFlags& flags);

}  // namespace narrows::app
