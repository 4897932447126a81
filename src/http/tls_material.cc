#include "http/tls_material.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/handle.h"

namespace narrows::http {
namespace {

constexpr size_t kMostPemBytes = 4u << 20;  // curl refuses more than 8 million bytes

using Bio = Handle<BIO, BIO_free_all>;
using Certificate = Handle<X509, X509_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;

Bio Open(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Certificate ReadCertificate(const std::string& pem) {
  const Bio bio = Open(pem);
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

// Never asks a terminal for a passphrase.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

Status CheckTlsMaterial(const TlsOptions& tls) {
  for (const std::string* pem : {&tls.ca_pem, &tls.client_certificate_pem, &tls.client_key_pem}) {
    if (pem->size() > kMostPemBytes)
      return InvalidArgument("authorities, certificate or key are larger than 4 MiB");
  }
  if (!tls.ca_pem.empty() && !ReadCertificate(tls.ca_pem)) {
    ERR_clear_error();
    return InvalidArgument("the certificate authority is not a PEM certificate");
  }
  if (tls.client_certificate_pem.empty() != tls.client_key_pem.empty()) {
    return InvalidArgument("a client certificate needs both the certificate and its key");
  }
  if (tls.client_certificate_pem.empty()) return Ok();
  const Certificate certificate = ReadCertificate(tls.client_certificate_pem);
  const Bio bio = Open(tls.client_key_pem);
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  const bool fits = certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (!certificate) return InvalidArgument("the client certificate is not a PEM certificate");
  if (!key) {
    return InvalidArgument(
        "the client key is not a PEM private key (keys with a passphrase are not supported)");
  }
  if (!fits) return InvalidArgument("the client key does not belong to the client certificate");
  return Ok();
}

}  // namespace narrows::http
