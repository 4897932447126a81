#include "ecosystems/end_of_support.h"

#include <array>
#include <string_view>

#include "base/strings.h"

namespace narrows::ecosystems {
namespace {

struct Release {
  std::string_view id;
  std::string_view version;
  std::chrono::year_month_day last_day;
};

constexpr std::chrono::year_month_day Day(int year, unsigned month, unsigned day) {
  return {std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
}

// Dates the projects publish: wiki.debian.org/LTS, ubuntu.com/about/release-cycle,
// alpinelinux.org/releases.
constexpr std::array kReleases = {
    Release{"debian", "8", Day(2020, 6, 30)},     Release{"debian", "9", Day(2022, 6, 30)},
    Release{"debian", "10", Day(2024, 6, 30)},    Release{"debian", "11", Day(2026, 8, 31)},
    Release{"debian", "12", Day(2028, 6, 30)},    Release{"debian", "13", Day(2030, 6, 30)},
    Release{"ubuntu", "14.04", Day(2019, 4, 25)}, Release{"ubuntu", "16.04", Day(2021, 4, 30)},
    Release{"ubuntu", "18.04", Day(2023, 5, 31)}, Release{"ubuntu", "20.04", Day(2025, 5, 31)},
    Release{"alpine", "3.14", Day(2023, 5, 1)},   Release{"alpine", "3.15", Day(2023, 11, 1)},
    Release{"alpine", "3.16", Day(2024, 5, 23)},  Release{"alpine", "3.17", Day(2024, 11, 22)},
    Release{"alpine", "3.18", Day(2025, 5, 9)},   Release{"alpine", "3.19", Day(2025, 11, 1)},
    Release{"alpine", "3.20", Day(2026, 4, 1)},   Release{"alpine", "3.21", Day(2026, 11, 1)},
    Release{"alpine", "3.22", Day(2027, 5, 1)},
};

// The part of VERSION_ID that names the release: Alpine's "3.18.4" belongs to 3.18.
std::string ReleaseOf(const model::Distribution& distribution) {
  if (distribution.id != "alpine") return distribution.version_id;
  const auto parts = Split(distribution.version_id, '.');
  if (parts.size() < 2) return distribution.version_id;
  return std::string(parts[0]) + "." + std::string(parts[1]);
}

}  // namespace

std::optional<TimePoint> EndOfSupport(const model::Distribution& distribution) {
  const std::string release = ReleaseOf(distribution);
  for (const Release& row : kReleases) {
    if (row.id == distribution.id && row.version == release)
      return TimePoint(std::chrono::sys_days(row.last_day) + std::chrono::days(1));
  }
  return std::nullopt;
}

}  // namespace narrows::ecosystems
