#pragma once

// For tests only: writes zip archives.

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace narrows::ecosystems::java {

class ZipWriter {
 public:
  // As it is, or by deflate.
  ZipWriter& Stored(std::string_view name, std::string_view content) {
    return Add(name, content, content, 0);
  }
  ZipWriter& Deflated(std::string_view name, std::string_view content) {
    std::string packed(content.size() + content.size() / 8 + 1024, '\0');
    isal_zstream stream{};
    isal_deflate_stateless_init(&stream);
    stream.end_of_stream = 1;
    stream.next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(content.data()));
    stream.avail_in = static_cast<uint32_t>(content.size());
    stream.next_out = reinterpret_cast<uint8_t*>(packed.data());
    stream.avail_out = static_cast<uint32_t>(packed.size());
    isal_deflate_stateless(&stream);
    packed.resize(stream.total_out);
    return Add(name, content, packed, 8);
  }

  std::string Finish(std::string_view comment = "") {
    const size_t start = file_.size();
    std::string file = file_ + directory_ + "PK\5\6";
    file += Number(0, 4) + Number(count_, 2) + Number(count_, 2) + Number(directory_.size(), 4) +
            Number(start, 4) + Number(comment.size(), 2) + std::string(comment);
    return file;
  }

  // With the end record of zip64.
  std::string Finish64() {
    const size_t start = file_.size();
    const size_t end = start + directory_.size();
    std::string file = file_ + directory_ + "PK\6\6" + Number(44, 8) + Number(45, 2) +
                       Number(45, 2) + Number(0, 8) + Number(count_, 8) + Number(count_, 8) +
                       Number(directory_.size(), 8) + Number(start, 8);
    file += "PK\6\7" + Number(0, 4) + Number(end, 8) + Number(1, 4);
    file += "PK\5\6" + Number(0, 4) + Number(0xffff, 2) + Number(0xffff, 2) +
            Number(0xffffffff, 4) + Number(0xffffffff, 4) + Number(0, 2);
    return file;
  }

 private:
  static std::string Number(uint64_t value, size_t width) {
    std::string text;
    for (size_t i = 0; i < width; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
  }

  ZipWriter& Add(std::string_view name, std::string_view content, std::string_view packed,
                 uint16_t method) {
    const uint32_t crc =
        crc32_gzip_refl(0, reinterpret_cast<const uint8_t*>(content.data()), content.size());
    const std::string sizes = Number(crc, 4) + Number(packed.size(), 4) + Number(content.size(), 4);
    const size_t header = file_.size();
    file_ += "PK\3\4" + Number(20, 2) + Number(0, 2) + Number(method, 2) + Number(0, 4) + sizes +
             Number(name.size(), 2) + Number(0, 2) + std::string(name) + std::string(packed);
    directory_ += "PK\1\2" + Number(20, 2) + Number(20, 2) + Number(0, 2) + Number(method, 2) +
                  Number(0, 4) + sizes + Number(name.size(), 2) + std::string(12, '\0') +
                  Number(header, 4) + std::string(name);
    ++count_;
    return *this;
  }

  std::string file_;
  std::string directory_;
  uint64_t count_ = 0;
};

}  // namespace narrows::ecosystems::java
