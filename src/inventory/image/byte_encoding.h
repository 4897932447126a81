#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace narrows::inventory::image {

// Numbers as 32-bit little-endian, hashes and sizes as two of them, texts with their length before
// them.
class ByteWriter {
 public:
  void Number(size_t value) {
    char bytes[4];
    for (int i = 0; i < 4; ++i)
      bytes[i] = static_cast<char>(static_cast<uint64_t>(value) >> (8 * i) & 0xff);
    bytes_.append(bytes, sizeof(bytes));
  }
  void Long(uint64_t value) {
    Number(value & 0xffffffffu);
    Number(value >> 32);
  }
  void Text(std::string_view text) {
    Number(text.size());
    bytes_ += text;
  }
  void Raw(std::string_view text) { bytes_ += text; }
  size_t size() const { return bytes_.size(); }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads the same from bytes that may be anything. After a fault every read gives nothing.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  size_t Number() {
    const std::string_view raw = Take(4);
    size_t value = 0;
    for (size_t i = raw.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(raw[i]);
    return value;
  }
  uint64_t Long() {
    const uint64_t low = Number();
    return low | static_cast<uint64_t>(Number()) << 32;
  }
  // How many items follow, each of at least `least` bytes.
  size_t Count(size_t least) {
    const size_t count = Number();
    if (count > bytes_.size() / least) damaged_ = true;
    return damaged_ ? 0 : count;
  }
  std::string Text() { return std::string(Take(Number())); }
  std::string_view Take(size_t size) {
    if (damaged_ || size > bytes_.size()) {
      damaged_ = true;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  void Fault() { damaged_ = true; }
  bool damaged() const { return damaged_; }
  bool ReadAll() const { return !damaged_ && bytes_.empty(); }
  bool HasMore() const { return !damaged_ && !bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool damaged_ = false;
};

}  // namespace narrows::inventory::image
