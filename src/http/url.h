#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace narrows::http {

// An absolute http or https URL (RFC 3986). Path and query stay percent-encoded; a fragment is
// dropped.
struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 address without its brackets
  uint16_t port = 0;   // 0: the scheme's own
  std::string path;    // starts with '/'
  std::string query;   // without '?'

  // kInvalidArgument for another scheme, no host, a port above 65535, and for a user or password,
  // which have no place in a URL (the message does not repeat them).
  static Result<Url> Parse(std::string_view text);

  // What `reference` (absolute, "//host/x", "/x", "x", "?q") means when this URL's answer says it,
  // e.g. in a Location header (RFC 3986 §5).
  Result<Url> Resolve(std::string_view reference) const;

  uint16_t EffectivePort() const;
  std::string Authority() const;  // "host", "host:5000", "[::1]:5000"
  std::string Origin() const;     // "https://host:5000"
  std::string ToString() const;
  std::string WithoutQuery() const;  // what may be shown to a person

  friend bool operator==(const Url&, const Url&) = default;
};

}  // namespace narrows::http
