#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace narrows {

// Incremental SHA-256 (FIPS 180-4). Not thread-safe; movable.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Update(std::string_view bytes);

  // The digest in lower-case hexadecimal (64 characters); the object starts anew.
  std::string FinishHex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Lower-case hexadecimal.
std::string Sha256Hex(std::string_view bytes);

}  // namespace narrows
