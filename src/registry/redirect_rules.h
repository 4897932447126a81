#pragma once

#include <string_view>

#include "base/result.h"
#include "http/url.h"

namespace narrows::registry {

// Internal to the distribution client: whether a registry at `home` may send us from `from` to
// `to`, by a redirect or by naming a token server. kFailedPrecondition, saying `what` did it, when
// it leaves HTTPS for plain HTTP, leads to an address where machines keep their secrets
// (IsMetadataAddress), or to this machine's own loopback from elsewhere.
Status CheckDestination(const http::Url& home, const http::Url& from, const http::Url& to,
                        std::string_view what);

// True for link-local addresses (169.254.0.0/16, fe80::/10), which routers do not pass on, and for
// the other addresses at which clouds tell their machines who they are. However the address is
// written ("2852039166", "0xa9fea9fe", "::ffff:169.254.169.254"); a name is not looked up.
bool IsMetadataAddress(std::string_view host);

}  // namespace narrows::registry
