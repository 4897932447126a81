#include "ecosystems/golang/build_info.h"

#include <cstdint>
#include <string_view>

#include "base/strings.h"
#include "ecosystems/record_text.h"

namespace narrows::ecosystems::golang {
namespace {

// In two pieces, so that a program with this reader in it does not look like one of Go.
constexpr std::string_view kMagicHead = "\xff Go";
constexpr std::string_view kMagicTail = " buildinf:";
constexpr size_t kMagicBytes = 14;
constexpr size_t kAlignment = 16;
constexpr size_t kHeaderBytes = 32;
constexpr unsigned char kBigEndian = 1, kInline = 2;
constexpr size_t kMostSearched = size_t{256} << 20;
constexpr size_t kMostTextBytes = size_t{8} << 20;
constexpr size_t kMostModules = 20'000;
constexpr size_t kSentinelBytes = 16;  // around the text of the modules

Error Damaged(const char* what) {
  return DataLoss(std::string("damaged Go build information: ") + what);
}

bool IsMagic(std::string_view bytes) {
  return bytes.size() >= kHeaderBytes && bytes.starts_with(kMagicHead) &&
         bytes.substr(kMagicHead.size()).starts_with(kMagicTail);
}

// From the header on; empty where there is none.
std::string_view FindHeader(const Executable::Region& region) {
  const std::string_view bytes = region.bytes.substr(0, kMostSearched);
  const size_t first = (kAlignment - region.address % kAlignment) % kAlignment;
  for (size_t at = first; at + kHeaderBytes <= bytes.size(); at += kAlignment) {
    if (bytes[at] == kMagicHead.front() && IsMagic(bytes.substr(at)))
      return region.bytes.substr(at);
  }
  return {};
}

// The linker puts it into a section of its own, or near the start of the first plain data.
std::string_view FindHeader(const Executable& executable) {
  for (const std::string_view name : {".go.buildinfo", "__go_buildinfo"}) {
    if (const Executable::Region* section = executable.Section(name)) return FindHeader(*section);
  }
  for (const Executable::Region& segment : executable.segments()) {
    if (segment.plain_data && !segment.bytes.empty()) return FindHeader(segment);
  }
  return {};
}

// Takes a string behind its length, as encoding/binary's Uvarint has it.
std::optional<std::string_view> TakeString(std::string_view& bytes) {
  uint64_t length = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    if (bytes.empty()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    length |= uint64_t{byte & 0x7fu} << shift;
    if (byte >= 0x80) continue;
    if (length > bytes.size()) return std::nullopt;
    const std::string_view text = bytes.substr(0, static_cast<size_t>(length));
    bytes.remove_prefix(text.size());
    return text;
  }
  return std::nullopt;
}

// The old layout: the header points to Go strings, which are a pointer and a length.
class PointerReader {
 public:
  PointerReader(const Executable& executable, size_t pointer_bytes, bool big_endian)
      : executable_(executable), pointer_bytes_(pointer_bytes), big_endian_(big_endian) {}

  std::optional<std::string_view> StringAt(std::string_view pointer) const {
    const std::string_view header = executable_.At(Pointer(pointer, 0), 2 * pointer_bytes_);
    if (header.size() < 2 * pointer_bytes_) return std::nullopt;
    const uint64_t length = Pointer(header, 1);
    if (length == 0) return std::string_view();
    if (length > kMostTextBytes) return std::nullopt;
    const std::string_view text = executable_.At(Pointer(header, 0), static_cast<size_t>(length));
    if (text.size() < length) return std::nullopt;
    return text;
  }

 private:
  uint64_t Pointer(std::string_view bytes, size_t index) const {
    uint64_t value = 0;
    for (size_t i = 0; i < pointer_bytes_; ++i) {
      const size_t place = big_endian_ ? i : pointer_bytes_ - 1 - i;
      value = value << 8 | static_cast<unsigned char>(bytes[index * pointer_bytes_ + place]);
    }
    return value;
  }

  const Executable& executable_;
  const size_t pointer_bytes_;
  const bool big_endian_;
};

struct RawBuildInfo {
  std::string_view go_version;
  std::string_view modules;
};

Result<RawBuildInfo> ReadRaw(const Executable& executable, std::string_view header) {
  const auto flags = static_cast<unsigned char>(header[kMagicBytes + 1]);
  std::optional<std::string_view> version;
  std::optional<std::string_view> modules;
  if ((flags & kInline) != 0) {
    std::string_view rest = header.substr(kHeaderBytes);
    version = TakeString(rest);
    if (version) modules = TakeString(rest);
  } else {
    const auto pointer_bytes = static_cast<unsigned char>(header[kMagicBytes]);
    if (pointer_bytes != 4 && pointer_bytes != 8) return Damaged("an unknown size of pointers");
    const PointerReader reader(executable, pointer_bytes, (flags & kBigEndian) != 0);
    version = reader.StringAt(header.substr(kAlignment));
    // Without modules the pointer leads nowhere.
    modules = reader.StringAt(header.substr(kAlignment + pointer_bytes)).value_or("");
  }
  if (!version || version->empty()) return Damaged("no version of Go in it");
  if (!modules) return Damaged("its list of modules is cut off");
  if (version->size() > 512 || modules->size() > kMostTextBytes) return Damaged("it is too long");
  return RawBuildInfo{*version, *modules};
}

// "path<tab>version<tab>checksum".
Module ReadModule(std::string_view fields) {
  const size_t tab = fields.find('\t');
  Module module{.path = std::string(fields.substr(0, tab)), .version = ""};
  if (tab == std::string_view::npos) return module;
  fields.remove_prefix(tab + 1);
  module.version = fields.substr(0, fields.find('\t'));
  return module;
}

void ReadModules(std::string_view text, BuildInfo& info) {
  Module* last = nullptr;
  while (const auto line = NextLine(text)) {
    if (line->starts_with("mod\t")) {
      info.main = ReadModule(line->substr(4));
      last = &*info.main;
    } else if (line->starts_with("dep\t")) {
      if (info.dependencies.size() == kMostModules) {
        info.cut = true;
        return;
      }
      info.dependencies.push_back(ReadModule(line->substr(4)));
      last = &info.dependencies.back();
    } else if (line->starts_with("=>\t") && last != nullptr) {
      *last = ReadModule(line->substr(3));
      last = nullptr;
    }
  }
}

}  // namespace

Result<std::optional<BuildInfo>> ReadBuildInfo(const Executable& executable) {
  const std::string_view header = FindHeader(executable);
  if (header.empty()) return std::optional<BuildInfo>();
  ASSIGN_OR_RETURN(const RawBuildInfo raw, ReadRaw(executable, header));
  BuildInfo info;
  info.go_version = raw.go_version;
  std::string_view modules = raw.modules;
  if (modules.size() > 2 * kSentinelBytes && modules[modules.size() - kSentinelBytes - 1] == '\n') {
    modules = modules.substr(kSentinelBytes, modules.size() - 2 * kSentinelBytes);
    ReadModules(modules, info);
  } else {
    info.has_modules = false;
  }
  return std::optional<BuildInfo>(std::move(info));
}

}  // namespace narrows::ecosystems::golang
