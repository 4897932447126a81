#include "advisories/database_format.h"

#include <isa-l/crc64.h>

#include <limits>

namespace narrows::advisories {

uint64_t Crc64(std::string_view bytes) {
  return crc64_ecma_refl(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

uint64_t HashKey(std::string_view text) {
  // FNV-1a with a final mix: well spread, and the same on every machine.
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  hash ^= hash >> 32;
  hash *= 0xd6e8feb86659fd93;
  return hash ^ (hash >> 32);
}

uint64_t HashKey(std::string_view ecosystem, std::string_view package) {
  std::string key(ecosystem);
  key += '\0';
  key += package;
  return HashKey(key);
}

void Encoder::Varint(uint64_t value) {
  while (value >= 0x80) {
    out_ += static_cast<char>((value & 0x7F) | 0x80);
    value >>= 7;
  }
  out_ += static_cast<char>(value);
}

void Encoder::Fixed32(uint32_t value) {
  for (int i = 0; i < 4; ++i) out_ += static_cast<char>((value >> (8 * i)) & 0xFF);
}

void Encoder::Fixed64(uint64_t value) {
  for (int i = 0; i < 8; ++i) out_ += static_cast<char>((value >> (8 * i)) & 0xFF);
}

uint64_t Decoder::LongVarint() {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) break;
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  Fail();
  return 0;
}

uint32_t Decoder::Varint32() {
  const uint64_t value = Varint();
  if (value <= std::numeric_limits<uint32_t>::max()) return static_cast<uint32_t>(value);
  Fail();
  return 0;
}

size_t Decoder::Count() {
  const uint64_t value = Varint();
  if (value <= rest_.size()) return static_cast<size_t>(value);
  Fail();
  return 0;
}

uint32_t Decoder::Fixed32() {
  if (rest_.size() < 4) {
    Fail();
    return 0;
  }
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i)
    value |= static_cast<uint32_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
  rest_.remove_prefix(4);
  return value;
}

uint64_t Decoder::Fixed64() {
  const uint64_t low = Fixed32();
  const uint64_t high = Fixed32();
  return failed_ ? 0 : low | high << 32;
}

std::string_view Decoder::Bytes(uint64_t count) {
  if (count > rest_.size()) {
    Fail();
    return {};
  }
  const std::string_view bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return bytes;
}

uint64_t DatabaseHeaderBytes(uint64_t sections, uint64_t blocks) {
  const uint64_t used = kFixedHeaderBytes + kSectionEntryBytes * sections + 8 * blocks + 8;
  return (used + kDatabaseBlockBytes - 1) / kDatabaseBlockBytes * kDatabaseBlockBytes;
}

Result<std::string> AssembleDatabase(std::vector<std::pair<SectionKind, std::string>> sections) {
  uint64_t body = 0;
  for (const auto& section : sections) body += section.second.size();
  const uint64_t blocks = (body + kDatabaseBlockBytes - 1) / kDatabaseBlockBytes;
  const uint64_t header = DatabaseHeaderBytes(sections.size(), blocks);
  if (header > std::numeric_limits<uint32_t>::max())
    return ResourceExhausted("the database would have " + std::to_string(body) +
                             " bytes, more than its format holds");
  Encoder encoder;
  encoder.out().reserve(header);
  encoder.Bytes(kDatabaseMagic);
  encoder.Fixed32(kDatabaseFormatVersion);
  encoder.Fixed32(static_cast<uint32_t>(header));
  encoder.Fixed64(header + body);
  encoder.Fixed32(kDatabaseBlockBytes);
  encoder.Fixed32(static_cast<uint32_t>(sections.size()));
  std::string file(header, '\0');
  file.reserve(header + body);
  for (auto& [kind, bytes] : sections) {
    encoder.Fixed32(static_cast<uint32_t>(kind));
    encoder.Fixed32(0);
    encoder.Fixed64(file.size());
    encoder.Fixed64(bytes.size());
    file += bytes;
    std::string().swap(bytes);  // a section is in memory once
  }
  const std::string_view content = std::string_view(file).substr(header);
  for (uint64_t i = 0; i < blocks; ++i)
    encoder.Fixed64(Crc64(content.substr(i * kDatabaseBlockBytes, kDatabaseBlockBytes)));
  encoder.out().resize(header - 8, '\0');
  encoder.Fixed64(Crc64(encoder.out()));
  file.replace(0, header, encoder.out());
  return file;
}

}  // namespace narrows::advisories
