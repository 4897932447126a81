#include "ecosystems/executable.h"

#include <algorithm>

namespace narrows::ecosystems {
namespace {

using namespace std::string_view_literals;

constexpr size_t kMostEntries = 65'536;  // of a table; a linker's sections are some dozens
constexpr uint32_t kMostParts = 32;      // of a universal binary; Java's class files, which begin
                                         // alike, have 45 and more there

// The part of `content` that lies in the range; shorter or empty where the file ends.
std::string_view Slice(std::string_view content, uint64_t offset, uint64_t size) {
  if (offset >= content.size()) return {};
  return content.substr(static_cast<size_t>(offset),
                        static_cast<size_t>(std::min<uint64_t>(size, content.size() - offset)));
}

uint64_t Number(std::string_view bytes, uint64_t offset, size_t width, bool big_endian) {
  const std::string_view field = Slice(bytes, offset, width);
  if (field.size() < width) return 0;
  uint64_t value = 0;
  for (size_t i = 0; i < width; ++i) {
    const size_t place = big_endian ? i : width - 1 - i;
    value = value << 8 | static_cast<unsigned char>(field[place]);
  }
  return value;
}

std::string_view UpToZero(std::string_view text) { return text.substr(0, text.find('\0')); }

}  // namespace

// Numbers of a table's entry, 0 beyond its end.
struct Executable::Fields {
  std::string_view bytes;
  bool big_endian = false;

  uint64_t U16(size_t offset) const { return Number(bytes, offset, 2, big_endian); }
  uint64_t U32(size_t offset) const { return Number(bytes, offset, 4, big_endian); }
  uint64_t U64(size_t offset) const { return Number(bytes, offset, 8, big_endian); }
  // A field that has another place and width in the 32-bit and the 64-bit form.
  uint64_t Word(bool wide, size_t narrow_offset, size_t wide_offset) const {
    return wide ? U64(wide_offset) : U32(narrow_offset);
  }
};

bool IsExecutable(std::string_view head) {
  if (head.starts_with("\x7f"
                       "ELF") ||
      head.starts_with("MZ"))
    return true;
  const uint64_t magic = Number(head, 0, 4, true);
  if (magic == 0xfeedface || magic == 0xfeedfacf || magic == 0xcefaedfe || magic == 0xcffaedfe)
    return true;
  const uint64_t parts = Number(head, 4, 4, true);
  return magic == 0xcafebabe && parts > 0 && parts < kMostParts;
}

std::optional<Executable> Executable::Parse(std::string_view content) {
  if (!IsExecutable(content)) return std::nullopt;
  Executable executable;
  bool read = false;
  if (content.front() == '\x7f') {
    read = executable.ReadElf(content);
  } else if (content.front() == 'M') {
    read = executable.ReadPe(content);
  } else {
    if (Number(content, 0, 4, true) == 0xcafebabe)
      content = Slice(content, Number(content, 16, 4, true), Number(content, 20, 4, true));
    read = executable.ReadMachO(content);
  }
  if (!read) return std::nullopt;
  return executable;
}

const Executable::Region* Executable::Section(std::string_view name) const {
  const auto found = std::find_if(sections_.begin(), sections_.end(),
                                  [&](const Region& section) { return section.name == name; });
  return found == sections_.end() ? nullptr : &*found;
}

std::string_view Executable::At(uint64_t address, size_t most) const {
  for (const Region& segment : segments_) {
    if (address >= segment.address && address - segment.address < segment.bytes.size())
      return Slice(segment.bytes, address - segment.address, most);
  }
  return {};
}

bool Executable::ReadElf(std::string_view content) {
  if (content.size() < 52) return false;
  const bool wide = content[4] == 2;
  big_endian_ = content[5] == 2;
  const Fields header{content.substr(0, 64), big_endian_};
  const uint64_t table = header.Word(wide, 28, 32);
  const uint64_t entry_size = header.U16(wide ? 54 : 42);
  const uint64_t count = header.U16(wide ? 56 : 44);
  for (uint64_t i = 0; i < count; ++i) {
    const Fields entry{Slice(content, table + i * entry_size, entry_size), big_endian_};
    constexpr uint64_t kLoad = 1, kExecute = 1, kWrite = 2;
    if (entry.bytes.size() < (wide ? 56u : 32u)) break;
    if (entry.U32(0) != kLoad) continue;
    const uint64_t flags = entry.U32(wide ? 4 : 24);
    segments_.push_back({"", entry.Word(wide, 8, 16),
                         Slice(content, entry.Word(wide, 4, 8), entry.Word(wide, 16, 32)),
                         (flags & (kExecute | kWrite)) == kWrite});
  }
  ReadElfSections(content, header, wide);
  return true;
}

void Executable::ReadElfSections(std::string_view content, const Fields& header, bool wide) {
  const uint64_t table = header.Word(wide, 32, 40);
  const uint64_t entry_size = header.U16(wide ? 58 : 46);
  const uint64_t count = header.U16(wide ? 60 : 48);
  const uint64_t names_index = header.U16(wide ? 62 : 50);
  const auto entry_at = [&](uint64_t i) {
    return Fields{Slice(content, table + i * entry_size, entry_size), big_endian_};
  };
  const auto bytes_of = [&](const Fields& entry) {
    constexpr uint64_t kNoBits = 8;
    if (entry.U32(4) == kNoBits) return std::string_view();
    return Slice(content, entry.Word(wide, 16, 24), entry.Word(wide, 20, 32));
  };
  if (table == 0 || names_index >= count) return;
  const std::string_view names = bytes_of(entry_at(names_index));
  for (uint64_t i = 0; i < count; ++i) {
    const Fields entry = entry_at(i);
    if (entry.bytes.size() < (wide ? 64u : 40u)) return;
    constexpr uint64_t kWrite = 1, kExecute = 4;
    const uint64_t flags = entry.Word(wide, 8, 8);
    sections_.push_back({UpToZero(Slice(names, entry.U32(0), 256)), entry.Word(wide, 12, 16),
                         bytes_of(entry), (flags & (kWrite | kExecute)) == kWrite});
  }
}

bool Executable::ReadPe(std::string_view content) {
  const uint64_t start = Number(content, 0x3c, 4, false);
  const Fields header{Slice(content, start, 24 + 32), false};
  if (!header.bytes.starts_with("PE\0\0"sv)) return false;
  const uint64_t count = header.U16(6);
  const uint64_t optional_size = header.U16(20);
  const bool wide = header.U16(24) == 0x20b;
  const uint64_t base = header.Word(wide, 24 + 28, 24 + 24);
  for (uint64_t i = 0; i < count; ++i) {
    const Fields entry{Slice(content, start + 24 + optional_size + i * 40, 40), false};
    if (entry.bytes.size() < 40) break;
    constexpr uint64_t kAlignment = 0x00f00000, kInitialised = 0x40, kRead = 0x40000000,
                       kWrite = 0x80000000;
    const uint64_t flags = entry.U32(36) & ~kAlignment;
    sections_.push_back({UpToZero(entry.bytes.substr(0, 8)), base + entry.U32(12),
                         Slice(content, entry.U32(20), entry.U32(16)),
                         flags == (kInitialised | kRead | kWrite)});
  }
  segments_ = sections_;
  return true;
}

bool Executable::ReadMachO(std::string_view content) {
  if (content.size() < 28) return false;
  const uint64_t magic = Number(content, 0, 4, true);
  big_endian_ = magic == 0xfeedface || magic == 0xfeedfacf;
  const bool wide = magic == 0xfeedfacf || magic == 0xcffaedfe;
  if (!wide && magic != 0xfeedface && magic != 0xcefaedfe) return false;
  const Fields header{content.substr(0, 32), big_endian_};
  const uint64_t count = header.U32(16);
  std::string_view commands = Slice(content, wide ? 32 : 28, header.U32(20));
  for (uint64_t i = 0; i < count && commands.size() >= 8; ++i) {
    constexpr uint64_t kSegment = 1, kSegment64 = 0x19;
    const uint64_t size = Number(commands, 4, 4, big_endian_);
    if (size < 8 || size > commands.size()) break;
    const Fields command{commands.substr(0, static_cast<size_t>(size)), big_endian_};
    if (command.U32(0) == (wide ? kSegment64 : kSegment)) ReadMachOSegment(content, command, wide);
    commands.remove_prefix(static_cast<size_t>(size));
  }
  return true;
}

void Executable::ReadMachOSegment(std::string_view content, const Fields& command, bool wide) {
  constexpr uint64_t kReadWrite = 3;
  const uint64_t most_protection = command.U32(wide ? 56 : 40);
  const uint64_t protection = command.U32(wide ? 60 : 44);
  const bool plain_data = most_protection == kReadWrite && protection == kReadWrite;
  if (segments_.size() == kMostEntries) return;
  segments_.push_back({UpToZero(Slice(command.bytes, 8, 16)), command.Word(wide, 24, 24),
                       Slice(content, command.Word(wide, 32, 40), command.Word(wide, 36, 48)),
                       plain_data});
  const uint64_t count = command.U32(wide ? 64 : 48);
  const size_t entry_size = wide ? 80 : 68;
  for (uint64_t i = 0; i < count && sections_.size() < kMostEntries; ++i) {
    const Fields entry{Slice(command.bytes, (wide ? 72 : 56) + i * entry_size, entry_size),
                       big_endian_};
    if (entry.bytes.size() < entry_size) return;
    sections_.push_back({UpToZero(entry.bytes.substr(0, 16)), entry.Word(wide, 32, 32),
                         Slice(content, entry.U32(wide ? 48 : 40), entry.Word(wide, 36, 40)),
                         plain_data});
  }
}

}  // namespace narrows::ecosystems
