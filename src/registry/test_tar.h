#pragma once

// For tests only: builds tar archives and compressed streams in memory.

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace narrows::registry {

class TestTar {
 public:
  TestTar& File(std::string_view path, std::string_view content) {
    return Entry('0', path, "", content);
  }
  TestTar& Directory(std::string_view path) { return Entry('5', path, "", ""); }
  TestTar& Symlink(std::string_view path, std::string_view target) {
    return Entry('2', path, target, "");
  }
  TestTar& HardLink(std::string_view path, std::string_view target) {
    return Entry('1', path, target, "");
  }
  // A PAX header for the entry that follows: "key", "value" pairs one after the other.
  TestTar& Pax(std::initializer_list<std::string_view> pairs) {
    std::string records;
    for (auto it = pairs.begin(); it != pairs.end(); it += 2)
      records += PaxRecord(std::string(*it) + "=" + std::string(*(it + 1)));
    return Entry('x', "PaxHeaders/x", "", records);
  }
  TestTar& Entry(char type, std::string_view path, std::string_view link,
                 std::string_view content) {
    std::string header = Header(type, path, link, content.size());
    return Raw(Sealed(std::move(header))).Padded(content);
  }
  TestTar& Raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  TestTar& Padded(std::string_view content) {
    bytes_ += content;
    bytes_.append((512 - content.size() % 512) % 512, '\0');
    return *this;
  }
  // The archive with its end.
  std::string Finish() const { return bytes_ + std::string(1024, '\0'); }

  // A ustar header without checksum, for tests that damage it first.
  static std::string Header(char type, std::string_view path, std::string_view link,
                            uint64_t size) {
    std::string header(512, '\0');
    header.replace(0, path.size(), path);
    header.replace(100, 7, "0000644");
    std::array<char, 13> octal{};
    std::snprintf(octal.data(), octal.size(), "%011llo", static_cast<unsigned long long>(size));
    header.replace(124, 11, octal.data());
    header[156] = type;
    header.replace(157, link.size(), link);
    header.replace(257, 8, std::string_view("ustar\00000", 8));
    header.resize(512);
    return header;
  }
  static std::string Sealed(std::string header) {
    header.replace(148, 8, "        ");
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    std::array<char, 9> octal{};
    std::snprintf(octal.data(), octal.size(), "%06o", sum);
    header.replace(148, 7, std::string_view(octal.data(), 7));
    return header;
  }
  static std::string PaxRecord(const std::string& body) {
    size_t length = body.size() + 3;
    while (std::to_string(length).size() + body.size() + 2 != length) ++length;
    return std::to_string(length) + " " + body + "\n";
  }

 private:
  std::string bytes_;
};

}  // namespace narrows::registry
