#include "base/sha256.h"

#include <openssl/evp.h>

#include <array>

#include "base/check.h"
#include "base/strings.h"

namespace narrows {

struct Sha256::State {
  State() : context(EVP_MD_CTX_new()) { NARROWS_CHECK(context != nullptr); }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  void Start() { NARROWS_CHECK(EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1); }

  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) { state_->Start(); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::Update(std::string_view bytes) {
  NARROWS_CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::FinishHex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  NARROWS_CHECK(EVP_DigestFinal_ex(state_->context, digest.data(), &length) == 1);
  state_->Start();
  return HexEncode({reinterpret_cast<const char*>(digest.data()), length});
}

std::string Sha256Hex(std::string_view bytes) {
  Sha256 hash;
  hash.Update(bytes);
  return hash.FinishHex();
}

}  // namespace narrows
