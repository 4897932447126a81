#include <string>
#include <vector>

#include "ecosystems/rpm/bytes.h"
#include "ecosystems/rpm/header_database.h"

namespace narrows::ecosystems::rpm {
namespace {

constexpr uint32_t kHashMagic = 0x061561;
constexpr size_t kPageHeaderBytes = 26;
constexpr size_t kLeastPageBytes = 512;
constexpr size_t kMostPageBytes = 64u << 10;

// Types of pages.
constexpr uint8_t kUnsortedHashPage = 2;
constexpr uint8_t kOverflowPage = 7;
constexpr uint8_t kHashMetadataPage = 8;
constexpr uint8_t kHashPage = 13;

// Types of items on a hash page.
constexpr char kInline = 1;
constexpr char kOffPage = 3;
constexpr size_t kOffPageBytes = 12;

// Less than any header: what rpm notes of the database itself.
constexpr size_t kLeastRecordBytes = 16;

class Reader {
 public:
  Reader(std::string_view file, ByteOrder order, size_t page_bytes, const HeaderVisitor& visit,
         Complaints& complaints)
      : file_(file),
        order_(order),
        page_bytes_(page_bytes),
        pages_(file.size() / page_bytes),
        visit_(visit),
        complaints_(complaints),
        used_(pages_) {}

  Status Run() {
    for (size_t number = 1; number < pages_; ++number) {
      const std::string_view page = Page(number);
      const uint8_t type = Type(page);
      if (type == kHashPage || type == kUnsortedHashPage) RETURN_IF_ERROR(ReadHashPage(page));
    }
    return Ok();
  }

 private:
  std::string_view Page(size_t number) const {
    return Slice(file_, number * page_bytes_, page_bytes_);
  }
  uint32_t U32(std::string_view bytes, size_t at) const {
    return ReadNumber<uint32_t>(bytes, at, order_);
  }
  uint16_t U16(std::string_view bytes, size_t at) const {
    return ReadNumber<uint16_t>(bytes, at, order_);
  }
  static uint8_t Type(std::string_view page) { return static_cast<uint8_t>(page[25]); }

  // Keys and values by turns; the first item ends with the page, each other where the one before
  // it begins.
  Status ReadHashPage(std::string_view page) {
    const size_t items = U16(page, 20);
    if (kPageHeaderBytes + 2 * items > page.size()) return Damaged();
    for (size_t i = 1; i < items; i += 2) {
      const size_t begin = U16(page, kPageHeaderBytes + 2 * i);
      const size_t end = U16(page, kPageHeaderBytes + 2 * (i - 1));
      const bool outside = begin < kPageHeaderBytes || end <= begin || end > page.size();
      RETURN_IF_ERROR(outside ? Damaged() : ReadItem(page.substr(begin, end - begin)));
    }
    return Ok();
  }

  Status ReadItem(std::string_view item) {
    if (item.front() == kInline) {
      item.remove_prefix(1);
      return item.size() < kLeastRecordBytes ? Ok() : visit_(item);
    }
    if (item.front() != kOffPage || item.size() < kOffPageBytes) return Damaged();
    if (!Gather(U32(item, 4), U32(item, 8))) return Damaged();
    return visit_(gathered_);
  }

  // Puts a value of `size` bytes together from the chain of overflow pages that begins at `number`.
  bool Gather(size_t number, size_t size) {
    gathered_.clear();
    if (size > file_.size()) return false;
    while (number != 0) {
      const std::string_view page = Page(number);
      if (page.empty() || Type(page) != kOverflowPage || used_[number]) return false;
      used_[number] = true;
      const size_t bytes = U16(page, 22);
      const std::string_view part = Slice(page, kPageHeaderBytes, bytes);
      if (part.empty() || part.size() > size - gathered_.size()) return false;
      gathered_ += part;
      number = U32(page, 16);
    }
    return gathered_.size() == size;
  }

  Status Damaged() {
    complaints_.Add("a record is damaged");
    return Ok();
  }

  std::string_view file_;
  ByteOrder order_;
  size_t page_bytes_;
  size_t pages_;
  const HeaderVisitor& visit_;
  Complaints& complaints_;
  std::vector<bool> used_;  // overflow pages that belong to a record
  std::string gathered_;
};

}  // namespace

Status ReadBerkeley(std::string_view file, const HeaderVisitor& visit, Complaints& complaints) {
  const ByteOrder order = BigU32(file, 12) == kHashMagic ? ByteOrder::kBig : ByteOrder::kLittle;
  if (file.size() < kLeastPageBytes || ReadNumber<uint32_t>(file, 12, order) != kHashMagic ||
      static_cast<uint8_t>(file[25]) != kHashMetadataPage)
    return DataLoss("it is no hash of Berkeley DB");
  if (file[24] != 0) return Unimplemented("it is encrypted");
  const size_t page_bytes = ReadNumber<uint32_t>(file, 20, order);
  if (page_bytes < kLeastPageBytes || page_bytes > kMostPageBytes ||
      (page_bytes & (page_bytes - 1)) != 0)
    return DataLoss("it has pages of " + std::to_string(page_bytes) + " bytes");
  const size_t last = ReadNumber<uint32_t>(file, 32, order);
  if (last >= file.size() / page_bytes) complaints.Add("the file is cut off");
  return Reader(file, order, page_bytes, visit, complaints).Run();
}

}  // namespace narrows::ecosystems::rpm
