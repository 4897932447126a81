#include "findings/exposure/address.h"

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "base/strings.h"

namespace narrows::findings::exposure {
namespace {

struct Block {
  int family = AF_INET;
  std::array<uint8_t, 16> bytes{};
  int64_t bits = 0;
};

std::optional<Block> ParseBlock(std::string_view text) {
  Block block;
  const size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  block.family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  if (inet_pton(block.family, address.c_str(), block.bytes.data()) != 1) return std::nullopt;
  const int64_t most = block.family == AF_INET ? 32 : 128;
  block.bits = most;
  if (slash != std::string_view::npos) {
    const auto bits = ParseInt(text.substr(slash + 1));
    if (!bits || *bits < 0 || *bits > most) return std::nullopt;
    block.bits = *bits;
  }
  return block;
}

bool Contains(const Block& outer, const Block& inner) {
  if (outer.family != inner.family || inner.bits < outer.bits) return false;
  for (int64_t bit = 0; bit < outer.bits; ++bit) {
    const auto byte = static_cast<size_t>(bit / 8);
    const auto mask = static_cast<uint8_t>(0x80u >> static_cast<unsigned>(bit % 8));
    if (((outer.bytes[byte] ^ inner.bytes[byte]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace

bool IsEverything(std::string_view cidr) {
  const auto block = ParseBlock(cidr);
  return block && block->bits == 0;
}

bool IsPrivate(std::string_view address_or_cidr) {
  const auto block = ParseBlock(address_or_cidr);
  if (!block) return false;
  for (const char* each : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
                           "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128"}) {
    if (Contains(*ParseBlock(each), *block)) return true;
  }
  return false;
}

}  // namespace narrows::findings::exposure
