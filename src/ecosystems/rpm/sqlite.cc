#include <optional>
#include <string>
#include <vector>

#include "ecosystems/rpm/bytes.h"
#include "ecosystems/rpm/header_database.h"

// A reader of one table, because SQLite itself would need the file copied (it opens no image in WAL
// mode from memory), and because this much is little: docs/adr/0005-readers-of-rpm-databases.md.
namespace narrows::ecosystems::rpm {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr size_t kFileHeaderBytes = 100;
constexpr size_t kLeastPageBytes = 512;
constexpr size_t kLeastUsableBytes = 480;
constexpr uint32_t kUtf8 = 1;
constexpr uint8_t kInteriorPage = 5;  // of a table
constexpr uint8_t kLeafPage = 13;
constexpr size_t kSchemaRoot = 1;

// Takes an integer of 1 to 9 bytes off `rest` (fileformat2, section 1.6).
std::optional<uint64_t> TakeVarint(std::string_view& rest) {
  uint64_t value = 0;
  for (size_t i = 0; i < 9 && i < rest.size(); ++i) {
    const auto byte = static_cast<unsigned char>(rest[i]);
    value = i == 8 ? value << 8 | byte : value << 7 | (byte & 0x7f);
    if (i == 8 || byte < 0x80) {
      rest.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

// One row's values of the kinds that matter here (section 2.1).
struct Value {
  std::string_view bytes;  // of a text or blob
  uint64_t number = 0;     // of an integer
};

// The bytes that a serial type takes.
uint64_t BytesOf(uint64_t type) {
  constexpr uint8_t kFixed[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
  return type < 12 ? kFixed[type] : (type - 12) / 2;
}

std::optional<std::vector<Value>> ParseRow(std::string_view payload, size_t columns) {
  std::string_view types = payload;
  const auto header_bytes = TakeVarint(types);
  const size_t prefix = payload.size() - types.size();
  if (!header_bytes.has_value() || *header_bytes < prefix || *header_bytes > payload.size())
    return std::nullopt;
  std::string_view values = payload.substr(*header_bytes);
  types = types.substr(0, *header_bytes - prefix);
  std::vector<Value> row;
  while (row.size() < columns) {
    const auto type = TakeVarint(types);
    if (!type.has_value() || BytesOf(*type) > values.size()) return std::nullopt;
    Value value;
    value.bytes = values.substr(0, BytesOf(*type));
    values.remove_prefix(value.bytes.size());
    if (*type == 9) value.number = 1;
    if (*type <= 6) {
      for (const char c : value.bytes)
        value.number = value.number << 8 | static_cast<unsigned char>(c);
    }
    row.push_back(value);
  }
  return row;
}

using RowVisitor = std::function<Status(const std::vector<Value>&)>;

// Walks the b-trees of a file's tables.
class Reader {
 public:
  Reader(std::string_view file, size_t page_bytes, size_t usable_bytes, Complaints& complaints)
      : file_(file),
        page_bytes_(page_bytes),
        usable_bytes_(usable_bytes),
        complaints_(complaints),
        used_(file.size() / page_bytes + 1),
        room_(file.size()) {}

  // Gives the first `columns` values of each row of the table whose b-tree begins at page `root`.
  Status ReadTable(size_t root, size_t columns, const RowVisitor& visit) {
    std::vector<size_t> open = {root};
    while (!open.empty()) {
      const size_t number = open.back();
      open.pop_back();
      const std::string_view page = Take(number);
      if (page.empty()) continue;
      // Page 1 begins with the file's header.
      const size_t header = number == 1 ? kFileHeaderBytes : 0;
      const auto type = static_cast<uint8_t>(page[header]);
      const size_t cells_at = header + (type == kInteriorPage ? 12 : 8);
      const size_t cells = BigU16(page, header + 3);
      const bool known = type == kInteriorPage || type == kLeafPage;
      if (!known || cells_at + 2 * cells > page.size()) {
        Damaged(number);
      } else if (type == kInteriorPage) {
        open.push_back(BigU32(page, header + 8));
        for (size_t i = cells; i-- > 0;)
          open.push_back(BigU32(page, BigU16(page, cells_at + 2 * i)));
      } else {
        for (size_t i = 0; i < cells; ++i)
          RETURN_IF_ERROR(ReadCell(page, BigU16(page, cells_at + 2 * i), columns, visit));
      }
    }
    return Ok();
  }

 private:
  // The page, once: empty, with a complaint, when it is not there or was used before.
  std::string_view Take(size_t number) {
    if (number == 0 || number >= used_.size() || used_[number]) {
      Damaged(number);
      return {};
    }
    used_[number] = true;
    return Slice(file_, (number - 1) * page_bytes_, usable_bytes_);
  }

  void Damaged(size_t number) {
    complaints_.Add("the database is damaged at page " + std::to_string(number));
  }

  Status ReadCell(std::string_view page, size_t at, size_t columns, const RowVisitor& visit) {
    const auto payload =
        at < page.size() ? PayloadOf(page.substr(at)) : std::optional<std::string_view>();
    const auto row = payload.has_value() ? ParseRow(*payload, columns) : std::nullopt;
    if (row.has_value()) return visit(*row);
    complaints_.Add("a row is damaged");
    return Ok();
  }

  // A cell's payload, put together in `gathered_` where it goes on on other pages (section 1.5).
  std::optional<std::string_view> PayloadOf(std::string_view cell) {
    const auto size = TakeVarint(cell);
    const auto row_id = TakeVarint(cell);
    if (!size.has_value() || !row_id.has_value() || *size > file_.size()) return std::nullopt;
    const size_t most_local = usable_bytes_ - 35;
    if (*size <= most_local) {
      if (*size > cell.size()) return std::nullopt;
      return cell.substr(0, *size);
    }
    const size_t least_local = (usable_bytes_ - 12) * 32 / 255 - 23;
    const size_t part_bytes = usable_bytes_ - 4;
    const size_t wanted = least_local + (*size - least_local) % part_bytes;
    const size_t local = wanted <= most_local ? wanted : least_local;
    if (local + 4 > cell.size() || local > room_) return std::nullopt;
    room_ -= local;
    gathered_.assign(cell.substr(0, local));
    size_t next = BigU32(cell, local);
    while (gathered_.size() < *size) {
      const std::string_view page = Take(next);
      if (page.empty()) return std::nullopt;
      gathered_ += page.substr(4, *size - gathered_.size());
      next = BigU32(page, 0);
    }
    return gathered_;
  }

  std::string_view file_;
  size_t page_bytes_;
  size_t usable_bytes_;
  Complaints& complaints_;
  std::vector<bool> used_;  // by page number
  size_t room_;  // for what cells say of payloads that go on elsewhere: cells may overlap
  std::string gathered_;
};

// The root page of the table "Packages"; nothing when there is none.
Result<std::optional<uint64_t>> FindPackages(Reader& reader) {
  std::optional<uint64_t> root;
  // type, name, tbl_name, rootpage
  RETURN_IF_ERROR(reader.ReadTable(kSchemaRoot, 4, [&](const std::vector<Value>& row) {
    if (row[0].bytes == "table" && row[1].bytes == "Packages") root = row[3].number;
    return Ok();
  }));
  return root;
}

}  // namespace

Status ReadSqlite(std::string_view file, const HeaderVisitor& visit, Complaints& complaints) {
  if (!file.starts_with(kMagic) || file.size() < kFileHeaderBytes)
    return DataLoss("it is no SQLite database");
  const size_t page_bytes = BigU16(file, 16) == 1 ? size_t{64} << 10 : BigU16(file, 16);
  const size_t reserved = static_cast<unsigned char>(file[20]);
  if (page_bytes < kLeastPageBytes || (page_bytes & (page_bytes - 1)) != 0 ||
      page_bytes - reserved < kLeastUsableBytes || file.size() < page_bytes)
    return DataLoss("it is a damaged SQLite database");
  if (BigU32(file, 56) != kUtf8) return Unimplemented("its texts are not UTF-8");
  const bool counted = BigU32(file, 24) == BigU32(file, 92);  // by a SQLite that keeps the count
  if (counted && BigU32(file, 28) > file.size() / page_bytes) complaints.Add("the file is cut off");
  Reader reader(file, page_bytes, page_bytes - reserved, complaints);
  ASSIGN_OR_RETURN(const std::optional<uint64_t> root, FindPackages(reader));
  if (!root.has_value()) return DataLoss("it has no table \"Packages\"");
  return reader.ReadTable(*root, 2,
                          [&](const std::vector<Value>& row) { return visit(row[1].bytes); });
}

}  // namespace narrows::ecosystems::rpm
