#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/check.h"
#include "base/handle.h"
#include "http/scripted/scripted_server.h"

namespace narrows::http::scripted {
namespace {

using Bio = Handle<BIO, BIO_free_all>;
using Certificate = Handle<X509, X509_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Extension = Handle<X509_EXTENSION, X509_EXTENSION_free>;

std::string Text(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<size_t>(size)};
}

std::string Pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  NARROWS_CHECK(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return Text(bio.get());
}

std::string Pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  NARROWS_CHECK(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) ==
                1);
  return Text(bio.get());
}

void Extend(X509* certificate, int id, const std::string& value) {
  const Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str()));
  NARROWS_CHECK(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

Certificate Blank(const std::string& name, long serial, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24L * 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

std::string AlternativeNames(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    const bool address =
        name.find_first_not_of("0123456789.") == name.npos || name.find(':') != name.npos;
    text += (text.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + name;
  }
  return text;
}

}  // namespace

TestIdentity MakeTestIdentity(const std::vector<std::string>& names) {
  const Key ca_key(EVP_EC_gen("P-256"));
  const Certificate ca = Blank("test authority", 1, ca_key.get());
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  Extend(ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  NARROWS_CHECK(X509_sign(ca.get(), ca_key.get(), EVP_sha256()) > 0);

  const Key key(EVP_EC_gen("P-256"));
  const Certificate leaf = Blank(names.empty() ? "test" : names.front(), 2, key.get());
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(ca.get()));
  Extend(leaf.get(), NID_basic_constraints, "critical,CA:FALSE");
  if (!names.empty()) Extend(leaf.get(), NID_subject_alt_name, AlternativeNames(names));
  NARROWS_CHECK(X509_sign(leaf.get(), ca_key.get(), EVP_sha256()) > 0);

  return {Pem(ca.get()), Pem(leaf.get()), Pem(key.get())};
}

}  // namespace narrows::http::scripted
