#include "http/url.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>

#include "base/strings.h"

namespace narrows::http {
namespace {

constexpr size_t kMostBytes = 64u << 10;

std::string Text(boost::urls::string_view text) { return {text.data(), text.size()}; }

// Of a name or an address, as it stands in a URL without percent-encoding; '%' begins the zone of
// an IPv6 address.
bool IsHost(std::string_view host) {
  const bool address = host.find(':') != host.npos;
  return !host.empty() && std::all_of(host.begin(), host.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c == '~' || (address && (c == ':' || c == '%'));
  });
}

Result<Url> FromView(const boost::urls::url_view& view) {
  Url url;
  url.scheme = ToLower(Text(view.scheme()));
  if (url.scheme != "http" && url.scheme != "https") {
    return InvalidArgument("a URL must start with http:// or https://");
  }
  if (view.has_userinfo()) {
    return InvalidArgument("a URL must not contain a user name or password");
  }
  url.host = ToLower(Text(view.host_address()));
  if (url.host.empty()) return InvalidArgument("the URL names no host");
  // Decoded it would be another URL: "good%40evil" is no host but a user name and a host.
  if (!IsHost(url.host)) return InvalidArgument("the URL's host is no host name or address");
  if (view.has_port() && !view.port().empty()) {
    const auto port = ParseInt(Text(view.port()));
    if (!port || *port < 1 || *port > 65535) {
      return InvalidArgument("the URL's port is not between 1 and 65535");
    }
    url.port = static_cast<uint16_t>(*port);
  }
  url.path = Text(view.encoded_path());
  if (url.path.empty()) url.path = "/";
  // Boost's parser ends a port where its digits do.
  if (url.path[0] != '/') return InvalidArgument("the URL's port is no number");
  if (view.has_query()) url.query = Text(view.encoded_query());
  return url;
}

}  // namespace

Result<Url> Url::Parse(std::string_view text) {
  if (text.size() > kMostBytes) return InvalidArgument("the URL is longer than 64 KiB");
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed) {
    // Shown only when it cannot hold a password.
    const std::string shown = text.find('@') == text.npos && text.find('?') == text.npos
                                  ? " \"" + Printable(text) + '"'
                                  : std::string();
    return InvalidArgument("not a URL" + shown + "; expected http://HOST… or https://HOST…");
  }
  return FromView(*parsed);
}

Result<Url> Url::Resolve(std::string_view reference) const {
  if (reference.size() > kMostBytes) return InvalidArgument("the URL is longer than 64 KiB");
  const std::string own = ToString();
  const auto base = boost::urls::parse_uri(own);
  const auto relative = boost::urls::parse_uri_reference({reference.data(), reference.size()});
  if (!base || !relative) return InvalidArgument("not a URL reference");
  boost::urls::url resolved;
  if (const auto done = boost::urls::resolve(*base, *relative, resolved); !done) {
    return InvalidArgument("not a URL reference");
  }
  return FromView(resolved);
}

uint16_t Url::EffectivePort() const {
  if (port != 0) return port;
  return scheme == "https" ? 443 : 80;
}

std::string Url::Authority() const {
  std::string text = host.find(':') == host.npos ? host : '[' + host + ']';
  if (port != 0) text += ':' + std::to_string(port);
  return text;
}

std::string Url::Origin() const { return scheme + "://" + Authority(); }

std::string Url::ToString() const {
  return query.empty() ? WithoutQuery() : WithoutQuery() + '?' + query;
}

std::string Url::WithoutQuery() const { return Origin() + path; }

}  // namespace narrows::http
