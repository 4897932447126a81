#pragma once

// Headers and databases as rpm writes them, for tests.

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

namespace narrows::ecosystems::rpm {

inline std::string Big32(size_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(static_cast<uint64_t>(value) >> shift & 0xff);
  return bytes;
}

inline std::string Little32(size_t value) {
  const std::string big = Big32(value);
  return {big.rbegin(), big.rend()};
}

// Puts a header together entry by entry.
class HeaderBuilder {
 public:
  HeaderBuilder& Entry(uint32_t tag, uint32_t type, uint32_t count, std::string_view data) {
    index_ += Big32(tag) + Big32(type) + Big32(data_.size()) + Big32(count);
    data_ += data;
    return *this;
  }
  HeaderBuilder& Text(uint32_t tag, std::string_view text) {
    return Entry(tag, 6, 1, std::string(text) + '\0');
  }
  HeaderBuilder& Number(uint32_t tag, uint32_t value) { return Entry(tag, 4, 1, Big32(value)); }
  HeaderBuilder& Numbers(uint32_t tag, const std::vector<uint32_t>& values) {
    std::string data;
    for (const uint32_t value : values) data += Big32(value);
    return Entry(tag, 4, static_cast<uint32_t>(values.size()), data);
  }
  HeaderBuilder& Texts(uint32_t tag, const std::vector<std::string>& texts) {
    std::string data;
    for (const std::string& text : texts) data += text + '\0';
    return Entry(tag, 8, static_cast<uint32_t>(texts.size()), data);
  }
  std::string Build() const {
    return Big32(index_.size() / 16) + Big32(data_.size()) + index_ + data_;
  }

 private:
  std::string index_;
  std::string data_;
};

// A header of a package without files; `padding` bytes are added to its data.
inline std::string SimpleHeader(std::string_view name, std::string_view version = "1",
                                size_t padding = 0) {
  HeaderBuilder builder;
  builder.Text(1000, name).Text(1001, version).Text(1002, "1.el9").Text(1022, "x86_64");
  builder.Text(1044, std::string(name) + "-" + std::string(version) + "-1.el9.src.rpm");
  if (padding > 0) builder.Text(1005, std::string(padding, 'x'));
  return builder.Build();
}

inline std::string MakeNdb(const std::vector<std::string>& records) {
  std::string slots = "RpmP" + Little32(0) + Little32(1) + Little32(1) + std::string(16, '\0');
  std::string blocks;
  for (size_t i = 0; i < records.size(); ++i) {
    const size_t filled = 16 + records[i].size() + 12;
    const size_t count = (filled + 15) / 16;
    const size_t block = 256 + blocks.size() / 16;
    slots += "Slot" + Little32(i + 1) + Little32(block) + Little32(count);
    blocks += "BlbS" + Little32(i + 1) + Little32(1) + Little32(records[i].size()) + records[i];
    blocks += std::string(count * 16 - filled, '\0');
    blocks += Little32(0) + Little32(records[i].size()) + "BlbE";
  }
  while (slots.size() < 4096) slots += "Slot" + std::string(12, '\0');
  return slots + blocks;
}

// A hash with one page of items, each value on overflow pages of 512 bytes.
inline std::string MakeBerkeley(const std::vector<std::string>& records, bool big_endian) {
  constexpr size_t kPage = 512;
  constexpr size_t kRoom = kPage - 26;
  const auto u32 = [&](size_t value) { return big_endian ? Big32(value) : Little32(value); };
  const auto u16 = [&](size_t value) {
    return big_endian ? Big32(value).substr(2) : Little32(value).substr(0, 2);
  };
  const auto page = [&](size_t number, size_t next, size_t entries, size_t offset, char type,
                        std::string_view body) {
    std::string bytes = std::string(8, '\0') + u32(number) + u32(0) + u32(next) + u16(entries) +
                        u16(offset) + '\1' + type + std::string(body);
    bytes.resize(kPage);
    return bytes;
  };
  std::string index;
  std::string items;  // from the page's end backwards
  std::string overflow;
  size_t next = 2;
  const auto add = [&](const std::string& item) {
    items = item + items;
    index += u16(kPage - items.size());
  };
  for (size_t i = 0; i < records.size(); ++i) {
    add('\1' + u32(i + 1));
    add("\3" + std::string(3, '\0') + u32(next) + u32(records[i].size()));
    for (size_t at = 0; at < records[i].size(); at += kRoom) {
      const std::string part = records[i].substr(at, kRoom);
      const bool last = at + kRoom >= records[i].size();
      overflow += page(next, last ? 0 : next + 1, 1, part.size(), 7, part);
      ++next;
    }
  }
  std::string hash = page(1, 0, records.size() * 2, kPage - items.size(), 2, index);
  hash.replace(kPage - items.size(), items.size(), items);
  std::string metadata = std::string(12, '\0') + u32(0x061561) + u32(9) + u32(kPage) +
                         std::string(1, '\0') + '\10' + std::string(6, '\0') + u32(next - 1);
  metadata.resize(kPage);
  return metadata + hash + overflow;
}

// Written by SQLite, in the mode rpm's have (WAL).
inline std::string MakeSqlite(const std::vector<std::string>& records, int page_bytes = 4096) {
  sqlite3* database = nullptr;
  NARROWS_CHECK(sqlite3_open(":memory:", &database) == SQLITE_OK);
  const auto run = [&](const std::string& sql) {
    NARROWS_CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  };
  run("PRAGMA page_size=" + std::to_string(page_bytes));
  run("CREATE TABLE Other (a, b); INSERT INTO Other VALUES (1, 'x')");
  run("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)");
  sqlite3_stmt* insert = nullptr;
  NARROWS_CHECK(sqlite3_prepare_v2(database, "INSERT INTO Packages (blob) VALUES (?)", -1, &insert,
                                   nullptr) == SQLITE_OK);
  run("BEGIN");
  for (const std::string& record : records) {
    sqlite3_bind_blob(insert, 1, record.data(), static_cast<int>(record.size()), SQLITE_STATIC);
    NARROWS_CHECK(sqlite3_step(insert) == SQLITE_DONE);
    sqlite3_reset(insert);
  }
  run("COMMIT");
  sqlite3_finalize(insert);
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(database, "main", &size, 0);
  std::string file(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  sqlite3_free(bytes);
  sqlite3_close(database);
  file[18] = file[19] = 2;
  return file;
}

}  // namespace narrows::ecosystems::rpm
