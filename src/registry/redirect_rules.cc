#include "registry/redirect_rules.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>

namespace narrows::registry {
namespace {

// Alibaba's and Azure's, which are not link-local.
constexpr std::array kMetadataIpv4 = {uint32_t{0x646464c8}, uint32_t{0xa83f8110}};
// AWS': fd00:ec2::254.
constexpr std::array<uint8_t, 16> kMetadataIpv6 = {0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0,    0,
                                                   0,    0,    0,    0,    0, 0, 0x02, 0x54};

// As the resolver reads it: also "127.1", "0x7f000001" and "017700000001".
std::optional<uint32_t> AsIpv4(const std::string& host) {
  in_addr address{};
  if (inet_aton(host.c_str(), &address) == 0) return std::nullopt;
  return ntohl(address.s_addr);
}

// Without a zone ("fe80::1%25eth0").
std::optional<in6_addr> AsIpv6(const std::string& host) {
  in6_addr address{};
  if (inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &address) != 1)
    return std::nullopt;
  return address;
}

// An IPv4 address, also within IPv6.
std::optional<uint32_t> Ipv4Of(const std::string& host) {
  const auto address = AsIpv6(host);
  if (!address) return AsIpv4(host);
  if (!IN6_IS_ADDR_V4MAPPED(&*address)) return std::nullopt;
  uint32_t inner = 0;
  std::memcpy(&inner, address->s6_addr + 12, sizeof inner);
  return ntohl(inner);
}

bool IsOwnAddress(const std::string& host) {
  if (host.ends_with("localhost")) return true;
  if (const auto address = Ipv4Of(host)) return *address >> 24 == 127 || *address == 0;
  const auto address = AsIpv6(host);
  return address && (IN6_IS_ADDR_LOOPBACK(&*address) || IN6_IS_ADDR_UNSPECIFIED(&*address));
}

}  // namespace

bool IsMetadataAddress(std::string_view host) {
  const std::string text(host);
  if (const auto address = Ipv4Of(text))
    return *address >> 16 == 0xa9fe ||
           std::find(kMetadataIpv4.begin(), kMetadataIpv4.end(), *address) != kMetadataIpv4.end();
  const auto address = AsIpv6(text);
  return address &&
         (IN6_IS_ADDR_LINKLOCAL(&*address) ||
          std::equal(kMetadataIpv6.begin(), kMetadataIpv6.end(), std::begin(address->s6_addr)));
}

Status CheckDestination(const http::Url& home, const http::Url& from, const http::Url& to,
                        std::string_view what) {
  const std::string leads = std::string(what) + " leads ";
  if (from.scheme == "https" && to.scheme != "https")
    return FailedPrecondition(leads + "from HTTPS to plain HTTP at " + to.Authority() +
                              ": not followed");
  if (to.host == home.host) return Ok();
  if (IsMetadataAddress(to.host))
    return FailedPrecondition(leads + "to " + to.Authority() +
                              ", where machines are told their secrets: not followed");
  if (IsOwnAddress(to.host) && !IsOwnAddress(home.host))
    return FailedPrecondition(leads + "to this machine itself (" + to.Authority() +
                              "): not followed");
  return Ok();
}

}  // namespace narrows::registry
