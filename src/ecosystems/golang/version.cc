#include "ecosystems/golang/version.h"

#include <optional>
#include <string>

#include "ecosystems/semver.h"
#include "ecosystems/version_text.h"

namespace narrows::ecosystems::golang {
namespace {

constexpr std::string_view kFirstWithLanguageVersions = "21";

std::string_view TakeNumber(std::string_view& rest) {
  const std::string_view number = rest.substr(0, DigitsFrom(rest, 0));
  rest.remove_prefix(number.size());
  return number.size() > 1 && number.front() == '0' ? std::string_view() : number;
}

// The semantic version of "1", "1.20", "1.21.3" or "1.21rc1"; nothing for another text.
std::optional<std::string> FromToolchain(std::string_view rest) {
  const std::string major(TakeNumber(rest));
  if (major.empty()) return std::nullopt;
  if (rest.empty()) return major + ".0.0";
  if (!rest.starts_with('.')) return std::nullopt;
  rest.remove_prefix(1);
  const std::string_view minor = TakeNumber(rest);
  if (minor.empty()) return std::nullopt;
  const std::string start = major + "." + std::string(minor) + ".";
  if (rest.empty()) {
    const bool language = std::is_gteq(CompareNumbers(minor, kFirstWithLanguageVersions));
    return start + (language ? "0-0" : "0");
  }
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    const std::string patch(TakeNumber(rest));
    return patch.empty() || !rest.empty() ? std::nullopt : std::optional(start + patch);
  }
  size_t letters = 0;
  while (letters < rest.size() && IsLower(rest[letters])) ++letters;
  const std::string kind(rest.substr(0, letters));
  rest.remove_prefix(letters);
  if (rest.empty()) return start + "0-" + kind;
  const std::string number(TakeNumber(rest));
  if (kind.empty() || number.empty() || !rest.empty()) return std::nullopt;
  return start + "0-" + kind + "." + number;
}

// The semantic version that a version stands for, in `room` where it is not its own text.
std::string_view ToSemVer(std::string_view version, std::string& room) {
  std::string_view toolchain = version;
  if (version.starts_with("go")) {
    toolchain.remove_prefix(2);
    toolchain = toolchain.substr(0, toolchain.find('-'));
  } else if (ValidateSemVer(version, "", 1).has_value()) {
    return version;
  }
  std::optional<std::string> converted = FromToolchain(toolchain);
  if (!converted.has_value()) return version;
  room = *std::move(converted);
  return room;
}

class GoVersionOrder final : public VersionOrder {
 public:
  std::string_view Ecosystem() const override { return "Go"; }

  Status Validate(std::string_view version) const override {
    std::string room;
    return ValidateSemVer(ToSemVer(version, room), "a Go", 1);
  }

  std::weak_ordering Compare(std::string_view a, std::string_view b) const override {
    std::string room_a;
    std::string room_b;
    return CompareSemVer(ToSemVer(a, room_a), ToSemVer(b, room_b));
  }
};

}  // namespace

std::unique_ptr<const VersionOrder> MakeGoVersionOrder() {
  return std::make_unique<GoVersionOrder>();
}

}  // namespace narrows::ecosystems::golang
