#include "registry/tar_reader.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/strings.h"
#include "registry/tar_fields.h"

namespace narrows::registry {
namespace {

constexpr size_t kBlock = 512;
constexpr char kZeros[4096] = {};

uint64_t PaddingOf(uint64_t size) { return (kBlock - size % kBlock) % kBlock; }

std::string Named(std::string_view path) { return "tar entry '" + Printable(path, 120) + "'"; }

TarType TypeOf(char flag, std::string_view path) {
  switch (flag) {
    case '\0':  // V7 has no directories of their own
      return path.ends_with('/') ? TarType::kDirectory : TarType::kFile;
    case '0':
    case '7':
    case 'S':
      return TarType::kFile;
    case '1':
      return TarType::kHardLink;
    case '2':
      return TarType::kSymlink;
    case '5':
      return TarType::kDirectory;
    default:
      return TarType::kOther;
  }
}

bool HasNoContent(char flag) { return flag >= '1' && flag <= '6'; }

}  // namespace

TarReader::TarReader(TarVisitor& visitor, const TarLimits& limits)
    : visitor_(visitor), limits_(limits) {}

Status TarReader::Push(std::string_view bytes) {
  while (!bytes.empty()) {
    switch (state_) {
      case State::kEnd:
        position_ += bytes.size();
        return Ok();
      case State::kHeader:
      case State::kSparseBlock:
      case State::kSparseMap: {
        const std::string_view block = TakeBlock(bytes);
        if (block.empty()) return Ok();
        RETURN_IF_ERROR(OnBlock(block));
        block_.clear();
        break;
      }
      case State::kMeta:
      case State::kContent: {
        const auto n = static_cast<size_t>(std::min<uint64_t>(remaining_, bytes.size()));
        const std::string_view piece = bytes.substr(0, n);
        bytes.remove_prefix(n);
        position_ += n;
        remaining_ -= n;
        if (state_ == State::kMeta) {
          meta_.append(piece);
          if (remaining_ == 0) RETURN_IF_ERROR(EndMeta());
        } else {
          if (wanted_) RETURN_IF_ERROR(OnContentPiece(piece));
          if (remaining_ == 0) RETURN_IF_ERROR(EndContent());
        }
        break;
      }
      case State::kPadding: {
        const auto n = static_cast<size_t>(std::min<uint64_t>(padding_, bytes.size()));
        bytes.remove_prefix(n);
        position_ += n;
        padding_ -= n;
        if (padding_ == 0) state_ = State::kHeader;
        break;
      }
    }
  }
  return Ok();
}

Status TarReader::Finish() const {
  // Missing blocks of zeros, or missing padding of the last entry, harm nobody.
  const bool between = state_ == State::kEnd || state_ == State::kPadding ||
                       (state_ == State::kHeader && block_.empty());
  if (!between) return DataLoss("the tar archive is truncated");
  if (overrides_.has_path || overrides_.has_link)
    return DataLoss("the tar archive ends behind an extended header");
  return Ok();
}

uint64_t TarReader::Skippable() const {
  if (state_ == State::kContent && !wanted_) return remaining_;
  return state_ == State::kPadding ? padding_ : 0;
}

Status TarReader::Skip(uint64_t bytes) {
  position_ += bytes;
  if (state_ == State::kPadding) {
    padding_ -= bytes;
    if (padding_ == 0) state_ = State::kHeader;
    return Ok();
  }
  remaining_ -= bytes;
  return remaining_ == 0 ? EndContent() : Ok();
}

// A whole block, taken from `bytes` where it is whole there; empty while one is incomplete.
std::string_view TarReader::TakeBlock(std::string_view& bytes) {
  if (block_.empty() && bytes.size() >= kBlock) {
    const std::string_view block = bytes.substr(0, kBlock);
    bytes.remove_prefix(kBlock);
    position_ += kBlock;
    return block;
  }
  const size_t n = std::min(kBlock - block_.size(), bytes.size());
  block_.append(bytes.substr(0, n));
  bytes.remove_prefix(n);
  position_ += n;
  return block_.size() == kBlock ? std::string_view(block_) : std::string_view();
}

Status TarReader::OnBlock(std::string_view block) {
  if (state_ == State::kSparseBlock) return OnSparseBlock(block);
  if (state_ == State::kSparseMap) return OnSparseMapBlock(block);
  if (block.front() == 0 && std::memcmp(block.data(), kZeros, kBlock) == 0) {
    if (zero_block_) state_ = State::kEnd;
    zero_block_ = true;
    return Ok();
  }
  if (zero_block_) return DataLoss("the tar archive goes on behind a block of zeros");
  return OnHeader(block);
}

Status TarReader::OnHeader(std::string_view block) {
  if (!TarChecksumMatches(block)) return DataLoss("the checksum of a tar header does not match");
  const char type = block[156];
  if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
    ASSIGN_OR_RETURN(const uint64_t size, ParseTarNumber(block.substr(124, 12)));
    return StartMeta(type, size);
  }
  return StartEntry(block);
}

Status TarReader::StartMeta(char type, uint64_t size) {
  // Bounded so that an archive of headers alone cannot keep us busy for nothing.
  if (++entries_ > limits_.entries)
    return ResourceExhausted("the tar archive has too many headers");
  if (size > limits_.header_bytes) {
    return ResourceExhausted("an extended tar header of " + std::to_string(size) +
                             " bytes is larger than the limit of " +
                             std::to_string(limits_.header_bytes));
  }
  meta_type_ = type;
  meta_.clear();
  remaining_ = size;
  padding_ = PaddingOf(size);
  state_ = State::kMeta;
  return size == 0 ? EndMeta() : Ok();
}

Status TarReader::EndMeta() {
  state_ = padding_ > 0 ? State::kPadding : State::kHeader;
  const std::string_view text = std::string_view(meta_).substr(0, meta_.find('\0'));
  if (meta_type_ == 'L') {
    overrides_.path = text;
    overrides_.has_path = true;
  } else if (meta_type_ == 'K') {
    overrides_.link = text;
    overrides_.has_link = true;
  } else if (meta_type_ == 'x') {
    return ParsePax(meta_);
  }
  return Ok();
}

// "length key=value\n", the length being that of the whole record.
Status TarReader::ParsePax(std::string_view records) {
  while (!records.empty() && records.front() != '\0') {
    const size_t space = records.find(' ');
    const auto length =
        space == std::string_view::npos ? std::nullopt : ParseInt(records.substr(0, space));
    if (!length || *length < 0 || static_cast<uint64_t>(*length) > records.size() ||
        static_cast<size_t>(*length) < space + 3 ||
        records[static_cast<size_t>(*length) - 1] != '\n')
      return DataLoss("a PAX header is damaged");
    const auto size = static_cast<size_t>(*length);
    const std::string_view record = records.substr(space + 1, size - space - 2);
    records.remove_prefix(size);
    const size_t equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) return DataLoss("a PAX header is damaged");
    RETURN_IF_ERROR(OnPaxRecord(record.substr(0, equals), record.substr(equals + 1)));
  }
  return Ok();
}

Status TarReader::OnPaxRecord(std::string_view key, std::string_view value) {
  const auto number = [&]() -> Result<uint64_t> {
    const auto parsed = ParseInt(value);
    if (!parsed || *parsed < 0)
      return DataLoss("PAX record " + Printable(key, 40) + " is not a number");
    return static_cast<uint64_t>(*parsed);
  };
  if (key == "path") {
    overrides_.has_path = !value.empty();  // an empty value deletes the record
    overrides_.path = value;
  } else if (key == "linkpath") {
    overrides_.has_link = !value.empty();
    overrides_.link = value;
  } else if (key == "size") {
    ASSIGN_OR_RETURN(overrides_.size, number());
    overrides_.has_size = true;
  } else if (key == "GNU.sparse.name") {
    overrides_.sparse_name = value;
  } else if (key == "GNU.sparse.realsize" || key == "GNU.sparse.size") {
    ASSIGN_OR_RETURN(overrides_.sparse_size, number());
  } else if (key == "GNU.sparse.major") {
    overrides_.sparse_1_0 = value == "1";
  } else if (key == "GNU.sparse.map") {
    overrides_.sparse_map = value;
    overrides_.sparse_0_x = true;
  } else if (key == "GNU.sparse.offset" || key == "GNU.sparse.numbytes") {
    if (!overrides_.sparse_map.empty()) overrides_.sparse_map += ',';
    overrides_.sparse_map += value;
    overrides_.sparse_0_x = true;
  }
  return Ok();
}

Status TarReader::StartEntry(std::string_view block) {
  if (++entries_ > limits_.entries) {
    return ResourceExhausted("the tar archive has more than " + std::to_string(limits_.entries) +
                             " entries");
  }
  const Overrides overrides = std::exchange(overrides_, Overrides{});
  path_ = !overrides.sparse_name.empty() ? overrides.sparse_name
          : overrides.has_path           ? overrides.path
                                         : TarPathOf(block);
  link_ = overrides.has_link ? overrides.link : std::string(TarText(block.substr(157, 100)));
  if (path_.size() > limits_.path_bytes || link_.size() > limits_.path_bytes)
    return ResourceExhausted(Named(path_) + ": its name is longer than the limit of " +
                             std::to_string(limits_.path_bytes) + " bytes");
  if (static_cast<size_t>(std::count(path_.begin(), path_.end(), '/')) > limits_.depth)
    return ResourceExhausted(Named(path_) + ": deeper than " + std::to_string(limits_.depth) +
                             " folders");

  const char flag = block[156];
  uint64_t stored = 0;
  if (overrides.has_size) {
    stored = overrides.size;
  } else {
    ASSIGN_OR_RETURN_WITHIN(stored, ParseTarNumber(block.substr(124, 12)), Named(path_));
  }
  if (HasNoContent(flag)) stored = 0;
  total_ += std::min(stored, limits_.total_bytes + 1);
  if (total_ > limits_.total_bytes) {
    return ResourceExhausted("the files of the tar archive are larger than the limit of " +
                             std::to_string(limits_.total_bytes) + " bytes");
  }
  remaining_ = stored;
  padding_ = PaddingOf(stored);
  entry_ = {path_, link_, TypeOf(flag, path_), stored, position_};
  extents_.clear();
  extent_ = 0;
  emitted_ = 0;
  sparse_ = false;

  if (flag == 'S') {
    sparse_ = true;
    ASSIGN_OR_RETURN_WITHIN(entry_.size, ParseTarNumber(block.substr(483, 12)), Named(path_));
    RETURN_IF_ERROR(AddOldGnuExtents(block.substr(386, 96)));
    if (block[482] != 0) {
      state_ = State::kSparseBlock;
      return Ok();
    }
  } else if (overrides.sparse_1_0) {
    sparse_ = true;
    entry_.size = overrides.sparse_size;
    meta_.clear();
    sparse_numbers_.clear();
    state_ = State::kSparseMap;
    if (remaining_ < kBlock) return DataLoss(Named(path_) + ": its sparse map is missing");
    return Ok();
  } else if (overrides.sparse_0_x) {
    sparse_ = true;
    entry_.size = overrides.sparse_size;
    RETURN_IF_ERROR(ParseSparseList(overrides.sparse_map));
  }
  return Announce();
}

Status TarReader::AddExtent(uint64_t offset, uint64_t size) {
  if (extents_.size() >= limits_.sparse_extents)
    return ResourceExhausted(Named(path_) + ": too many parts of a sparse file");
  const uint64_t least = extents_.empty() ? 0 : extents_.back().offset + extents_.back().size;
  if (offset < least || offset > entry_.size || size > entry_.size - offset)
    return DataLoss(Named(path_) + ": its sparse map is damaged");
  extents_.push_back({offset, size});
  return Ok();
}

Status TarReader::AddOldGnuExtents(std::string_view table) {
  for (; table.size() >= 24 && table.front() != '\0'; table.remove_prefix(24)) {
    ASSIGN_OR_RETURN(const uint64_t offset, ParseTarNumber(table.substr(0, 12)));
    ASSIGN_OR_RETURN(const uint64_t size, ParseTarNumber(table.substr(12, 12)));
    RETURN_IF_ERROR(AddExtent(offset, size));
  }
  return Ok();
}

Status TarReader::OnSparseBlock(std::string_view block) {
  RETURN_IF_ERROR(AddOldGnuExtents(block.substr(0, 504)));
  if (block[504] != 0) return Ok();
  entry_.offset = position_;
  return Announce();
}

// PAX 1.0: the number of parts, then offset and size of each, a decimal number a line, in whole
// blocks before the content.
Status TarReader::OnSparseMapBlock(std::string_view block) {
  meta_.append(block);
  remaining_ -= kBlock;
  std::vector<uint64_t>& numbers = sparse_numbers_;
  std::string_view rest = meta_;
  while (numbers.empty() || numbers.size() < 1 + 2 * numbers.front()) {
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) {
      if (remaining_ < kBlock || rest.size() >= kBlock)
        return DataLoss(Named(path_) + ": its sparse map is damaged");
      meta_.erase(0, meta_.size() - rest.size());
      return Ok();
    }
    const auto number = ParseInt(rest.substr(0, end));
    if (!number || *number < 0) return DataLoss(Named(path_) + ": its sparse map is damaged");
    if (numbers.empty() && static_cast<uint64_t>(*number) > limits_.sparse_extents)
      return ResourceExhausted(Named(path_) + ": too many parts of a sparse file");
    numbers.push_back(static_cast<uint64_t>(*number));
    rest.remove_prefix(end + 1);
  }
  for (size_t i = 1; i + 1 < numbers.size(); i += 2)
    RETURN_IF_ERROR(AddExtent(numbers[i], numbers[i + 1]));
  entry_.offset = position_;
  return Announce();
}

Status TarReader::ParseSparseList(std::string_view map) {
  const std::vector<std::string_view> numbers = Split(map, ',');
  for (size_t i = 0; i + 1 < numbers.size(); i += 2) {
    const auto offset = ParseInt(numbers[i]), size = ParseInt(numbers[i + 1]);
    if (!offset || !size || *offset < 0 || *size < 0)
      return DataLoss(Named(path_) + ": its sparse map is damaged");
    RETURN_IF_ERROR(AddExtent(static_cast<uint64_t>(*offset), static_cast<uint64_t>(*size)));
  }
  return Ok();
}

Status TarReader::Announce() {
  uint64_t mapped = 0;
  for (const Extent& extent : extents_) mapped += extent.size;
  if (sparse_ && mapped > remaining_)
    return DataLoss(Named(path_) + ": its sparse map is larger than its content");
  // The holes of a sparse file cost nothing but the time to read them.
  if (sparse_ && entry_.size > remaining_) {
    const uint64_t holes = entry_.size - remaining_;
    if (holes > limits_.total_bytes - total_)
      return ResourceExhausted("the files of the tar archive are larger than the limit of " +
                               std::to_string(limits_.total_bytes) + " bytes");
    total_ += holes;
  }
  entry_.path = path_;
  entry_.link = link_;
  ASSIGN_OR_RETURN(wanted_, visitor_.OnEntry(entry_));
  state_ = State::kContent;
  return remaining_ == 0 ? EndContent() : Ok();
}

Status TarReader::OnContentPiece(std::string_view piece) {
  if (!sparse_) return visitor_.OnContent(piece);
  while (!piece.empty() && extent_ < extents_.size()) {
    const Extent& extent = extents_[extent_];
    if (emitted_ < extent.offset) RETURN_IF_ERROR(EmitZeros(extent.offset - emitted_));
    const uint64_t left = extent.offset + extent.size - emitted_;
    const auto n = static_cast<size_t>(std::min<uint64_t>(left, piece.size()));
    if (n > 0) RETURN_IF_ERROR(visitor_.OnContent(piece.substr(0, n)));
    piece.remove_prefix(n);
    emitted_ += n;
    if (n == left) ++extent_;
  }
  return Ok();
}

Status TarReader::EmitZeros(uint64_t count) {
  emitted_ += count;
  while (count > 0) {
    const auto n = static_cast<size_t>(std::min<uint64_t>(count, sizeof kZeros));
    RETURN_IF_ERROR(visitor_.OnContent({kZeros, n}));
    count -= n;
  }
  return Ok();
}

Status TarReader::EndContent() {
  state_ = padding_ > 0 ? State::kPadding : State::kHeader;
  if (!wanted_) return Ok();
  if (sparse_ && emitted_ < entry_.size) RETURN_IF_ERROR(EmitZeros(entry_.size - emitted_));
  return visitor_.OnEnd();
}

void NormalisePath(std::string_view raw, std::string& out) {
  out.clear();
  while (!raw.empty()) {
    const size_t slash = raw.find('/');
    const std::string_view part = raw.substr(0, slash);
    raw.remove_prefix(slash == std::string_view::npos ? raw.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      const size_t up = out.rfind('/');
      out.resize(up == std::string::npos ? 0 : up);
      continue;
    }
    if (!out.empty()) out += '/';
    out += part;
  }
}

}  // namespace narrows::registry
