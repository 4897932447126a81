#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "registry/credentials.h"

namespace narrows::registry {

// Internal to credentials: one entry of an `auths` object. Nothing when it is empty (a credential
// helper has the secret); kInvalidArgument when `auth` is not base64 of "username:password".
Result<std::optional<Credential>> ReadAuthEntry(const boost::json::value& entry,
                                                std::string_view origin);

// "https://quay.io/v1/" → "quay.io", "http://r.io/team" → "r.io/team": without scheme, without the
// API versions that stand for the whole host, without a slash at the end.
std::string_view LocationKey(std::string_view location);

}  // namespace narrows::registry
