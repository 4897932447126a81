#include "advisories/distribution/signature.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/handle.h"
#include "base/json.h"
#include "base/sha256.h"
#include "base/strings.h"

namespace narrows::advisories::distribution {
namespace {

namespace json = boost::json;

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Context = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Bio = Handle<BIO, BIO_free_all>;

constexpr size_t kMostSignatures = 16;
constexpr std::string_view kEd25519 = "ed25519";
constexpr std::string_view kEcdsa = "ecdsa-p256-sha256";

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Asking for a passphrase on the terminal would stop a service.
int NoPassphrase(char*, int, int, void*) { return -1; }

// The name of the key's algorithm; empty for one that is not used here.
std::string_view AlgorithmOf(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return kEd25519;
  std::array<char, 64> curve{};
  size_t length = 0;
  if (EVP_PKEY_is_a(key, "EC") == 1 &&
      EVP_PKEY_get_group_name(key, curve.data(), curve.size(), &length) == 1 &&
      std::string_view(curve.data(), length) == "prime256v1")
    return kEcdsa;
  return {};
}

Result<Key> ReadKey(std::string_view pem, bool is_private) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(std::min<size_t>(pem.size(), 65536))));
  Key key;
  if (bio != nullptr)
    key.reset(is_private ? PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr)
                         : PEM_read_bio_PUBKEY(bio.get(), nullptr, NoPassphrase, nullptr));
  const std::string what = is_private ? "private key" : "public key";
  if (key == nullptr)
    return InvalidArgument("the " + what + " cannot be read; give PEM as `openssl " +
                           (is_private ? "genpkey -algorithm ed25519` writes it, without a "
                                         "passphrase"
                                       : "pkey -pubout` writes it"));
  if (AlgorithmOf(key.get()).empty())
    return InvalidArgument("the " + what + " is neither Ed25519 nor ECDSA on P-256");
  return key;
}

// Names a key without showing it: the start of its SubjectPublicKeyInfo's digest.
std::string KeyIdOf(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  if (length <= 0) return {};
  std::string id =
      Sha256Hex({reinterpret_cast<const char*>(der), static_cast<size_t>(length)}).substr(0, 16);
  OPENSSL_free(der);
  return id;
}

const EVP_MD* DigestOf(std::string_view algorithm) {
  return algorithm == kEd25519 ? nullptr : EVP_sha256();  // Ed25519 has its own
}

bool Verifies(EVP_PKEY* key, std::string_view document, std::string_view signature) {
  const Context context(EVP_MD_CTX_new());
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, DigestOf(AlgorithmOf(key)), nullptr, key) ==
             1 &&
         EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(document),
                          document.size()) == 1;
}

struct Signature {
  std::string algorithm;
  std::string bytes;
};

Result<std::vector<Signature>> ReadSignatures(std::string_view text) {
  ASSIGN_OR_RETURN_WITHIN(const json::value document,
                          ParseJson(text, {.bytes = kMostSignaturesBytes, .depth = 8}),
                          "signatures");
  const json::array* list =
      document.is_object() ? JsonArray(document.get_object(), "signatures") : nullptr;
  if (list == nullptr) return InvalidArgument("signatures: no list \"signatures\"");
  if (list->size() > kMostSignatures) return InvalidArgument("signatures: too many of them");
  std::vector<Signature> signatures;
  for (const json::value& item : *list) {
    if (!item.is_object()) continue;
    auto bytes = Base64Decode(JsonString(item.get_object(), "signature"));
    if (!bytes.has_value()) return InvalidArgument("signatures: one is not base64");
    signatures.push_back({JsonString(item.get_object(), "algorithm"), *std::move(bytes)});
  }
  return signatures;
}

}  // namespace

Result<std::string> Sign(std::string_view document, std::string_view private_key_pem) {
  ASSIGN_OR_RETURN(const Key key, ReadKey(private_key_pem, true));
  const std::string_view algorithm = AlgorithmOf(key.get());
  const Context context(EVP_MD_CTX_new());
  std::string signature(
      EVP_PKEY_get_size(key.get()) > 0 ? static_cast<size_t>(EVP_PKEY_get_size(key.get())) : 0,
      '\0');
  size_t length = signature.size();
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, DigestOf(algorithm), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                     Bytes(document), document.size()) != 1)
    return Internal("signing failed");
  signature.resize(length);
  return json::serialize(json::object{{"signatures", json::array{json::object{
                                                         {"algorithm", algorithm},
                                                         {"keyId", KeyIdOf(key.get())},
                                                         {"signature", Base64Encode(signature)},
                                                     }}}}) +
         "\n";
}

Status VerifySignatures(std::string_view document, std::string_view signatures,
                        const std::vector<std::string>& public_keys_pem) {
  ASSIGN_OR_RETURN(const std::vector<Signature> given, ReadSignatures(signatures));
  std::vector<Key> keys;
  std::vector<std::string> ids;
  for (const std::string& pem : public_keys_pem) {
    ASSIGN_OR_RETURN(Key key, ReadKey(pem, false));
    ids.push_back(KeyIdOf(key.get()));
    keys.push_back(std::move(key));
  }
  for (const Signature& signature : given) {
    for (const Key& key : keys) {
      if (signature.algorithm == AlgorithmOf(key.get()) &&
          Verifies(key.get(), document, signature.bytes))
        return Ok();
    }
  }
  return Unauthenticated("no signature of the release is by a key that was given (" +
                         Join(ids, ", ") +
                         "): it was altered, or is by somebody else; give the publisher's key");
}

}  // namespace narrows::advisories::distribution
