#include "ecosystems/java/version.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/strings.h"
#include "ecosystems/version_text.h"

namespace narrows::ecosystems::java {
namespace {

// The well-known qualifiers in order; the empty one is the release, the others come after all.
constexpr std::array<std::string_view, 7> kQualifiers = {"alpha",    "beta", "milestone", "rc",
                                                         "snapshot", "",     "sp"};
constexpr int kReleasePlace = 5;
constexpr int kUnknownPlace = 7;

struct Item {
  enum class Kind { kQualifier, kList, kNumber };
  Kind kind = Kind::kNumber;
  std::string_view text;  // of an unknown qualifier and of a number
  int place = 0;          // of a qualifier
  // -1, 0 or 1: whether the version from here to its end is less than, equal to or greater than one
  // that ends before this item.
  int sign = 0;
};

Item Number(std::string_view digits) { return Item{Item::Kind::kNumber, digits, 0, 0}; }

Item Qualifier(std::string_view text, bool before_digit) {
  if (before_digit && text == "a") text = "alpha";
  if (before_digit && text == "b") text = "beta";
  if (before_digit && text == "m") text = "milestone";
  if (text == "cr") text = "rc";
  if (text == "ga" || text == "final" || text == "release") text = "";
  const auto known = std::find(kQualifiers.begin(), kQualifiers.end(), text);
  const int place =
      known == kQualifiers.end() ? kUnknownPlace : static_cast<int>(known - kQualifiers.begin());
  return Item{Item::Kind::kQualifier, text, place, 0};
}

// What alone makes no difference to the version before it.
bool IsNull(const Item& item) {
  if (item.kind == Item::Kind::kQualifier) return item.place == kReleasePlace;
  return item.kind == Item::Kind::kNumber &&
         std::is_eq(CompareNumbers(item.text, std::string_view()));
}

// Takes a version in lower case apart. A list is always the last of the list that it stands in, so
// the lists form a chain.
class Lists {
 public:
  explicit Lists(std::string_view version) : lists_(1) {
    bool is_digit = false;
    size_t start = 0;
    const auto token = [&](size_t end) { return version.substr(start, end - start); };
    const auto add = [&](size_t end) {
      lists_.back().push_back(is_digit ? Number(token(end)) : Qualifier(token(end), false));
    };
    for (size_t i = 0; i < version.size(); ++i) {
      const char c = version[i];
      if (c == '.' || c == '-') {
        i == start ? lists_.back().push_back(Number("0")) : add(i);
        start = i + 1;
        if (c == '-') lists_.emplace_back();
      } else if (IsDigit(c)) {
        if (!is_digit && i > start) {
          OpenUnlessEmpty();
          lists_.back().push_back(Qualifier(token(i), true));
          start = i;
          lists_.emplace_back();
        }
        is_digit = true;
      } else {
        if (is_digit && i > start) {
          add(i);
          start = i;
          lists_.emplace_back();
        }
        is_digit = false;
      }
    }
    if (version.size() > start) {
      if (!is_digit) OpenUnlessEmpty();
      add(version.size());
    }
  }

  // In one line, each list behind an item that opens it, without the nulls at the end of each list,
  // and without the lists that are empty then.
  std::vector<Item> Take() && {
    std::vector<Item> items;  // backwards
    for (size_t l = lists_.size(); l-- > 0;) {
      std::vector<Item>& list = lists_[l];
      while (!list.empty() && IsNull(list.back())) list.pop_back();
      items.insert(items.end(), list.rbegin(), list.rend());
      if (!items.empty() && l > 0) items.push_back(Item{Item::Kind::kList, {}, 0, 0});
    }
    int sign = 0;
    for (Item& item : items) {
      if (item.kind == Item::Kind::kQualifier && item.place != kReleasePlace)
        sign = item.place < kReleasePlace ? -1 : 1;
      if (item.kind == Item::Kind::kNumber && !IsNull(item)) sign = 1;
      item.sign = sign;
    }
    std::reverse(items.begin(), items.end());
    return items;
  }

 private:
  // A dot before a qualifier at the end or before a digit is as good as a hyphen.
  void OpenUnlessEmpty() {
    if (!lists_.back().empty()) lists_.emplace_back();
  }

  std::vector<std::vector<Item>> lists_;
};

// The kind decides between two that are on the same side of a version that ends here: qualifiers,
// then lists, then numbers.
std::weak_ordering CompareKinds(const Item* a, const Item* b) {
  const int left = a == nullptr ? 0 : a->sign;
  const int right = b == nullptr ? 0 : b->sign;
  if (left != right) return left <=> right;
  if (a == nullptr || b == nullptr || left == 0) return std::weak_ordering::equivalent;
  return a->kind <=> b->kind;
}

std::weak_ordering CompareItems(const std::vector<Item>& a, const std::vector<Item>& b) {
  for (size_t i = 0; i < a.size() || i < b.size(); ++i) {
    const Item* left = i < a.size() ? &a[i] : nullptr;
    const Item* right = i < b.size() ? &b[i] : nullptr;
    if (const auto order = CompareKinds(left, right); std::is_neq(order)) return order;
    if (left == nullptr || right == nullptr || left->sign == 0) break;
    if (left->kind == Item::Kind::kNumber) {
      const auto order = CompareNumbers(left->text, right->text);
      if (std::is_neq(order)) return order;
    } else if (left->kind == Item::Kind::kQualifier) {
      if (left->place != right->place) return left->place <=> right->place;
      const auto order = CompareText(left->text, right->text);
      if (std::is_neq(order)) return order;
    }
  }
  return std::weak_ordering::equivalent;
}

class MavenVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "Maven"; }

  Status Validate(std::string_view version) const override {
    if (version.empty()) return NotAVersion(version, "a Maven", "it is empty");
    const bool printable =
        std::all_of(version.begin(), version.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (!printable) return NotAVersion(version, "a Maven", "it has blanks or control characters");
    return Ok();
  }

  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    const std::string left = ToLower(a);
    const std::string right = ToLower(b);
    return CompareItems(Lists(left).Take(), Lists(right).Take());
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeMavenVersionOrder() {
  return std::make_unique<MavenVersionOrder>();
}

}  // namespace narrows::ecosystems::java
