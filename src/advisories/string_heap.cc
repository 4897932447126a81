#include "advisories/string_heap.h"

#include <boost/unordered/unordered_flat_set.hpp>
#include <limits>

namespace narrows::advisories {
namespace {

std::string_view StringAt(const std::string& bytes, StringRef ref) {
  const std::string_view from = std::string_view(bytes).substr(ref);
  Decoder decoder(from);
  const size_t length = decoder.Varint32();
  return from.substr(from.size() - decoder.left(), length);
}

// Hash and equality of the text a reference stands for, so that the set holds four bytes a string.
struct Hash {
  using is_transparent = void;
  const std::string* bytes;
  size_t operator()(std::string_view text) const { return HashKey(text); }
  size_t operator()(StringRef ref) const { return HashKey(StringAt(*bytes, ref)); }
};

struct Equal {
  using is_transparent = void;
  const std::string* bytes;
  bool operator()(StringRef a, StringRef b) const { return a == b; }
  bool operator()(std::string_view a, StringRef b) const { return a == StringAt(*bytes, b); }
  bool operator()(StringRef a, std::string_view b) const { return StringAt(*bytes, a) == b; }
};

}  // namespace

struct StringHeap::Index {
  explicit Index(const std::string* bytes) : refs(0, Hash{bytes}, Equal{bytes}) {}
  boost::unordered_flat_set<StringRef, Hash, Equal> refs;
};

StringHeap::StringHeap() : index_(std::make_unique<Index>(&bytes_.out())) { bytes_.Varint(0); }
StringHeap::~StringHeap() = default;

StringRef StringHeap::Intern(std::string_view text) {
  if (text.empty() || overflowed_) return 0;
  const auto found = index_->refs.find(text);
  if (found != index_->refs.end()) return *found;
  const size_t at = bytes_.out().size();
  if (at + text.size() + 16 > std::numeric_limits<StringRef>::max()) {
    overflowed_ = true;
    return 0;
  }
  const auto ref = static_cast<StringRef>(at);
  bytes_.Varint(text.size());
  bytes_.Bytes(text);
  index_->refs.insert(ref);
  return ref;
}

std::string_view StringHeap::Get(StringRef ref) const { return StringAt(bytes_.out(), ref); }

}  // namespace narrows::advisories
