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
// alpinelinux.org/releases, centos.org/about/product, docs.fedoraproject.org/releases,
// en.opensuse.org/Lifetime, aws.amazon.com/amazon-linux-2/faqs, access.redhat.com/support/policy.
constexpr std::array kReleases = {
    Release{"debian", "8", Day(2020, 6, 30)},
    Release{"debian", "9", Day(2022, 6, 30)},
    Release{"debian", "10", Day(2024, 6, 30)},
    Release{"debian", "11", Day(2026, 8, 31)},
    Release{"debian", "12", Day(2028, 6, 30)},
    Release{"debian", "13", Day(2030, 6, 30)},
    Release{"ubuntu", "14.04", Day(2019, 4, 25)},
    Release{"ubuntu", "16.04", Day(2021, 4, 30)},
    Release{"ubuntu", "18.04", Day(2023, 5, 31)},
    Release{"ubuntu", "20.04", Day(2025, 5, 31)},
    Release{"alpine", "3.14", Day(2023, 5, 1)},
    Release{"alpine", "3.15", Day(2023, 11, 1)},
    Release{"alpine", "3.16", Day(2024, 5, 23)},
    Release{"alpine", "3.17", Day(2024, 11, 22)},
    Release{"alpine", "3.18", Day(2025, 5, 9)},
    Release{"alpine", "3.19", Day(2025, 11, 1)},
    Release{"alpine", "3.20", Day(2026, 4, 1)},
    Release{"alpine", "3.21", Day(2026, 11, 1)},
    Release{"alpine", "3.22", Day(2027, 5, 1)},
    Release{"centos", "6", Day(2020, 11, 30)},
    Release{"centos", "7", Day(2024, 6, 30)},
    Release{"centos", "8", Day(2024, 5, 31)},
    Release{"rhel", "7", Day(2024, 6, 30)},
    Release{"rhel", "8", Day(2029, 5, 31)},
    Release{"rhel", "9", Day(2032, 5, 31)},
    Release{"ol", "7", Day(2024, 12, 31)},
    Release{"fedora", "39", Day(2024, 11, 26)},
    Release{"fedora", "40", Day(2025, 5, 13)},
    Release{"amzn", "2", Day(2026, 6, 30)},
    Release{"amzn", "2023", Day(2029, 6, 30)},
    Release{"mariner", "2.0", Day(2025, 7, 31)},
    Release{"opensuse-leap", "15.4", Day(2023, 12, 7)},
    Release{"opensuse-leap", "15.5", Day(2024, 12, 31)},
    Release{"opensuse-leap", "15.6", Day(2026, 4, 30)},
};

// The part of VERSION_ID that names the release: Alpine's "3.18.4" belongs to 3.18, Red Hat's
// "8.10" to 8.
std::string ReleaseOf(const model::Distribution& distribution) {
  const std::string& id = distribution.id;
  if (id == "rhel" || id == "ol" || id == "centos")
    return std::string(Split(distribution.version_id, '.').front());
  if (id != "alpine") return distribution.version_id;
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
