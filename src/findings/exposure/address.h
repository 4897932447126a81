#pragma once

#include <string_view>

namespace narrows::findings::exposure {

// "0.0.0.0/0" or "::/0".
bool IsEverything(std::string_view cidr);

// An address or CIDR that lies within what the internet does not route: RFC 1918, 6598, 3927, 4193,
// 4291, loopback. What is no address is not.
bool IsPrivate(std::string_view address_or_cidr);

}  // namespace narrows::findings::exposure
