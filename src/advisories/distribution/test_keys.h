#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <string>

#include "base/check.h"
#include "base/handle.h"

namespace narrows::advisories::distribution {

struct TestKeys {
  std::string private_pem;
  std::string public_pem;
};

// New keys: "ED25519", "P-256", "P-384".
inline TestKeys MakeTestKeys(const std::string& kind) {
  using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
  using Bio = Handle<BIO, BIO_free_all>;
  const Key key(kind == "ED25519" ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                  : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kind.c_str()));
  NARROWS_CHECK(key != nullptr);
  const auto text = [](BIO* bio) {
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(bio, &bytes);
    return std::string(bytes, static_cast<size_t>(length));
  };
  const Bio secret(BIO_new(BIO_s_mem()));
  const Bio known(BIO_new(BIO_s_mem()));
  NARROWS_CHECK(PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                         nullptr) == 1 &&
                PEM_write_bio_PUBKEY(known.get(), key.get()) == 1);
  return {text(secret.get()), text(known.get())};
}

}  // namespace narrows::advisories::distribution
