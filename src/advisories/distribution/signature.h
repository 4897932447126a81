#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace narrows::advisories::distribution {

// Signatures over a document's bytes as they are: Ed25519 (RFC 8032) or ECDSA on P-256 with SHA-256
// (FIPS 186-5, DER). Keys are PEM: PKCS #8 private keys without a passphrase, SubjectPublicKeyInfo
// public ones, as `openssl genpkey` and `openssl pkey -pubout` write them. No message holds a key.

// kInvalidArgument for a text that is no private key, or one of another kind.
Result<std::string> Sign(std::string_view document, std::string_view private_key_pem);

// Ok when one of the signatures is by one of the keys. kUnauthenticated when none is,
// kInvalidArgument for signatures or keys that cannot be read.
Status VerifySignatures(std::string_view document, std::string_view signatures,
                        const std::vector<std::string>& public_keys_pem);

constexpr size_t kMostSignaturesBytes = 64 << 10;

}  // namespace narrows::advisories::distribution
