#include "ecosystems/rpm/header.h"

#include <string>
#include <vector>

#include "ecosystems/rpm/bytes.h"

namespace narrows::ecosystems::rpm {
namespace {

// rpm's own limits (lib/header_internal.h).
constexpr uint32_t kMostEntries = 0xffff;
constexpr uint32_t kMostDataBytes = 0x0fffffff;

constexpr size_t kPrologueBytes = 8;
constexpr size_t kEntryBytes = 16;
constexpr size_t kMostTextBytes = 4096;
// All paths of a package beside its header, which has more of each file than the name.
constexpr size_t kMostPathBytesPerByte = 4;

// rpm's tag numbers (include/rpm/rpmtag.h) and types.
enum Tag : uint32_t {
  kName = 1000,
  kVersion = 1001,
  kRelease = 1002,
  kEpoch = 1003,
  kVendor = 1011,
  kArchitecture = 1022,
  kSourceRpm = 1044,
  kDirectoryIndexes = 1116,
  kBaseNames = 1117,
  kDirectoryNames = 1118,
  kModularityLabel = 5096,
};
enum Type : uint32_t { kInt32 = 4, kString = 6, kStringArray = 8, kI18nString = 9 };

struct Entry {
  uint32_t tag = 0;
  uint32_t type = 0;
  uint32_t offset = 0;  // into the data
  uint32_t count = 0;
};

// The frame of a header: its index and the data that the index points into.
struct Frame {
  std::string_view index;
  std::string_view data;

  size_t size() const { return index.size() / kEntryBytes; }
  Entry At(size_t i) const {
    const size_t at = i * kEntryBytes;
    return {BigU32(index, at), BigU32(index, at + 4), BigU32(index, at + 8),
            BigU32(index, at + 12)};
  }
};

Result<Frame> ReadFrame(std::string_view blob) {
  if (blob.size() < kPrologueBytes) return DataLoss("the header is shorter than its frame");
  const uint32_t entries = BigU32(blob, 0);
  const uint32_t bytes = BigU32(blob, 4);
  if (entries == 0 || entries > kMostEntries)
    return DataLoss("the header has " + std::to_string(entries) + " entries");
  if (bytes > kMostDataBytes)
    return DataLoss("the header has " + std::to_string(bytes) + " bytes of data");
  Frame frame;
  frame.index = Slice(blob, kPrologueBytes, entries * kEntryBytes);
  frame.data = Slice(blob, kPrologueBytes + entries * kEntryBytes, bytes);
  if (frame.index.empty() || frame.data.size() != bytes) return DataLoss("the header is cut off");
  return frame;
}

// The text that begins `data`, and ends with a zero byte.
std::optional<std::string_view> ReadText(std::string_view data) {
  const size_t end = data.substr(0, kMostTextBytes + 1).find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  return data.substr(0, end);
}

std::string_view TextOf(const Frame& frame, const Entry& entry) {
  if (entry.type != kString && entry.type != kI18nString) return {};
  if (entry.count == 0 || entry.offset >= frame.data.size()) return {};
  return ReadText(frame.data.substr(entry.offset)).value_or(std::string_view());
}

std::optional<uint32_t> NumberOf(const Frame& frame, const Entry& entry) {
  if (entry.type != kInt32 || entry.count == 0) return std::nullopt;
  if (Slice(frame.data, entry.offset, 4).empty()) return std::nullopt;
  return BigU32(frame.data, entry.offset);
}

// Texts one after another.
class TextArray {
 public:
  TextArray(const Frame& frame, const Entry& entry) : left_(entry.count) {
    if (entry.type == kStringArray && entry.offset < frame.data.size())
      rest_ = frame.data.substr(entry.offset);
  }

  std::optional<std::string_view> Next() {
    if (left_ == 0) return std::nullopt;
    --left_;
    const std::optional<std::string_view> text = ReadText(rest_);
    if (text.has_value()) rest_.remove_prefix(text->size() + 1);
    return text;
  }

 private:
  std::string_view rest_;
  uint32_t left_;
};

}  // namespace

Result<Header> ParseHeader(std::string_view blob) {
  ASSIGN_OR_RETURN(const Frame frame, ReadFrame(blob));
  Header header;
  // An entry that follows the immutable region replaces one of the same tag in it.
  for (size_t i = 0; i < frame.size(); ++i) {
    const Entry entry = frame.At(i);
    switch (entry.tag) {
      case kName:
        header.name = TextOf(frame, entry);
        break;
      case kEpoch:
        header.epoch = NumberOf(frame, entry);
        break;
      case kVersion:
        header.version = TextOf(frame, entry);
        break;
      case kRelease:
        header.release = TextOf(frame, entry);
        break;
      case kArchitecture:
        header.architecture = TextOf(frame, entry);
        break;
      case kSourceRpm:
        header.source_rpm = TextOf(frame, entry);
        break;
      case kVendor:
        header.vendor = TextOf(frame, entry);
        break;
      case kModularityLabel:
        header.modularity_label = TextOf(frame, entry);
        break;
      default:
        break;
    }
  }
  return header;
}

void ForEachFile(std::string_view blob, const std::function<void(std::string_view)>& visit) {
  const Result<Frame> frame = ReadFrame(blob);
  if (!frame.has_value()) return;
  Entry base_names;
  Entry directory_names;
  Entry directory_indexes;
  for (size_t i = 0; i < frame->size(); ++i) {
    const Entry entry = frame->At(i);
    if (entry.tag == kBaseNames) base_names = entry;
    if (entry.tag == kDirectoryNames) directory_names = entry;
    if (entry.tag == kDirectoryIndexes) directory_indexes = entry;
  }
  if (directory_indexes.type != kInt32) return;
  std::vector<std::string_view> directories;
  TextArray directory_texts(*frame, directory_names);
  while (const auto directory = directory_texts.Next()) directories.push_back(*directory);
  TextArray names(*frame, base_names);
  std::string path;
  size_t room = blob.size() * kMostPathBytesPerByte;
  for (uint32_t i = 0; const auto name = names.Next(); ++i) {
    const size_t at = directory_indexes.offset + size_t{4} * i;
    if (i >= directory_indexes.count || Slice(frame->data, at, 4).empty()) return;
    const uint32_t directory = BigU32(frame->data, at);
    if (directory >= directories.size()) return;
    path.assign(directories[directory]);
    path += *name;
    if (path.size() > room) return;
    room -= path.size();
    visit(path);
  }
}

}  // namespace narrows::ecosystems::rpm
