#include "base/clock.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace narrows {
namespace {

// Reads exactly `digits` decimal digits at `pos` and moves it on; -1 when they are not there.
int ReadDigits(std::string_view text, size_t& pos, size_t digits) {
  if (text.size() - pos < digits || pos > text.size()) return -1;
  int value = 0;
  for (size_t i = 0; i < digits; ++i) {
    const char c = text[pos + i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  pos += digits;
  return value;
}

bool ReadChar(std::string_view text, size_t& pos, std::string_view any_of) {
  if (pos >= text.size() || any_of.find(text[pos]) == std::string_view::npos) return false;
  ++pos;
  return true;
}

// ".123456" → 123; absent → 0; -1 when a dot has no digit behind it.
int ReadFractionMillis(std::string_view text, size_t& pos) {
  if (!ReadChar(text, pos, ".")) return 0;
  int millis = 0;
  size_t count = 0;
  for (; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos, ++count) {
    if (count < 3) millis = millis * 10 + (text[pos] - '0');
  }
  if (count == 0) return -1;
  for (; count < 3; ++count) millis *= 10;
  return millis;
}

// "Z" or "+01:30" in minutes; false when it is neither.
bool ReadOffsetMinutes(std::string_view text, size_t& pos, int& minutes) {
  minutes = 0;
  if (ReadChar(text, pos, "Zz")) return true;
  const bool negative = pos < text.size() && text[pos] == '-';
  if (!ReadChar(text, pos, "+-")) return false;
  const int hours = ReadDigits(text, pos, 2);
  if (hours < 0 || !ReadChar(text, pos, ":")) return false;
  const int rest = ReadDigits(text, pos, 2);
  if (rest < 0 || hours > 23 || rest > 59) return false;
  minutes = (hours * 60 + rest) * (negative ? -1 : 1);
  return true;
}

struct Unit {
  std::string_view name;
  double millis;
};
constexpr std::array kUnits = {Unit{"ns", 1e-6},  Unit{"us", 1e-3},  Unit{"µs", 1e-3},
                               Unit{"ms", 1.0},   Unit{"s", 1e3},    Unit{"m", 60e3},
                               Unit{"h", 3600e3}, Unit{"d", 86400e3}};

}  // namespace

TimePoint SystemClock::Now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

std::string FormatRfc3339(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> buffer{};
  const auto millis = clock.subseconds().count();
  const int length = std::snprintf(
      buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  std::string text(buffer.data(), static_cast<size_t>(length));
  if (millis != 0) {
    const int n = std::snprintf(buffer.data(), buffer.size(), ".%03d", static_cast<int>(millis));
    text.append(buffer.data(), static_cast<size_t>(n));
  }
  return text + "Z";
}

Result<TimePoint> ParseRfc3339(std::string_view text) {
  const auto bad = [&] {
    return InvalidArgument("\"" + std::string(text.substr(0, 40)) +
                           "\" is not an RFC 3339 time such as 2026-01-31T12:00:00Z");
  };
  size_t pos = 0;
  const int year = ReadDigits(text, pos, 4);
  if (year < 0 || !ReadChar(text, pos, "-")) return bad();
  const int month = ReadDigits(text, pos, 2);
  if (month < 0 || !ReadChar(text, pos, "-")) return bad();
  const int day = ReadDigits(text, pos, 2);
  if (day < 0 || !ReadChar(text, pos, "Tt ")) return bad();
  const int hour = ReadDigits(text, pos, 2);
  if (hour < 0 || !ReadChar(text, pos, ":")) return bad();
  const int minute = ReadDigits(text, pos, 2);
  if (minute < 0 || !ReadChar(text, pos, ":")) return bad();
  const int second = ReadDigits(text, pos, 2);
  const int millis = ReadFractionMillis(text, pos);
  int offset = 0;
  if (second < 0 || millis < 0 || !ReadOffsetMinutes(text, pos, offset)) return bad();
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (pos != text.size() || !date.ok() || hour > 23 || minute > 59 || second > 60) return bad();
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute - offset) + std::chrono::seconds(second) + Duration(millis);
}

Result<Duration> ParseDuration(std::string_view text) {
  const auto bad = [&] {
    return InvalidArgument("\"" + std::string(text.substr(0, 40)) +
                           "\" is not a duration such as 90s, 1h30m or 72h");
  };
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  if (rest == "0") return Duration(0);
  if (rest.empty()) return bad();
  double total = 0;
  while (!rest.empty()) {
    size_t digits = 0;
    while (digits < rest.size() &&
           ((rest[digits] >= '0' && rest[digits] <= '9') || rest[digits] == '.'))
      ++digits;
    double value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + digits, value);
    if (digits == 0 || error != std::errc() || end != rest.data() + digits) return bad();
    rest.remove_prefix(digits);
    const Unit* unit = nullptr;
    for (const Unit& candidate : kUnits) {
      if (rest.starts_with(candidate.name) && (!unit || candidate.name.size() > unit->name.size()))
        unit = &candidate;
    }
    if (!unit) return bad();
    rest.remove_prefix(unit->name.size());
    total += value * unit->millis;
    if (total > 9e15) return bad();
  }
  return Duration(static_cast<Duration::rep>(std::llround(negative ? -total : total)));
}

std::string FormatDuration(Duration duration) {
  auto millis = duration.count();
  if (millis == 0) return "0s";
  std::string text = millis < 0 ? "-" : "";
  if (millis < 0) millis = -millis;
  const auto take = [&](Duration::rep unit, const char* name) {
    if (millis >= unit) {
      text += std::to_string(millis / unit) + name;
      millis %= unit;
    }
  };
  take(3600000, "h");
  take(60000, "m");
  take(1000, "s");
  take(1, "ms");
  return text;
}

}  // namespace narrows
