#include "assessment/schedule.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "base/strings.h"

namespace narrows::assessment {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

struct Field {
  std::string_view name;
  int least;
  int most;
  std::span<const std::string_view> names;  // of the values from `least` on
};

constexpr std::array<std::string_view, 12> kMonthNames = {"jan", "feb", "mar", "apr", "may", "jun",
                                                          "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdayNames = {"sun", "mon", "tue", "wed",
                                                           "thu", "fri", "sat"};
constexpr Field kSeconds = {"second", 0, 59, {}};
constexpr Field kMinutes = {"minute", 0, 59, {}};
constexpr Field kHours = {"hour", 0, 23, {}};
constexpr Field kDays = {"day of month", 1, 31, {}};
constexpr Field kMonths = {"month", 1, 12, kMonthNames};
constexpr Field kWeekdays = {"day of week", 0, 7, kWeekdayNames};

std::optional<int> ReadValue(std::string_view text, const Field& field) {
  const std::string lower = ToLower(text);
  for (size_t i = 0; i < field.names.size(); ++i) {
    if (lower == field.names[i]) return field.least + static_cast<int>(i);
  }
  // ParseInt would take a sign.
  if (text.empty() || text.size() > 4 || text.front() < '0' || text.front() > '9') return {};
  const auto number = ParseInt(text);
  if (!number || *number < field.least || *number > field.most) return {};
  return static_cast<int>(*number);
}

// One piece of a list: "*", "5", "1-5", "*/2", "1-9/2", "3/4". Calls allow(value) for each value.
template <typename Allow>
Status ReadPiece(std::string_view piece, const Field& field, const Allow& allow) {
  const auto bad = [&] {
    return InvalidArgument("\"" + Printable(piece, 40) + "\" is no " + std::string(field.name) +
                           " (" + std::to_string(field.least) + " to " +
                           std::to_string(field.most) + ")");
  };
  const size_t slash = piece.find('/');
  const std::string_view range = piece.substr(0, slash);
  int step = 1;
  if (slash != piece.npos) {
    const Field steps = {"step", 1, field.most, {}};
    const auto read = ReadValue(piece.substr(slash + 1), steps);
    if (!read) return bad();
    step = *read;
  }
  int first = field.least;
  int last = field.most;
  if (range != "*" && range != "?") {
    const size_t dash = range.find('-');
    const auto low = ReadValue(range.substr(0, dash), field);
    if (!low) return bad();
    first = *low;
    if (dash != range.npos) {
      const auto high = ReadValue(range.substr(dash + 1), field);
      if (!high || *high < first) return bad();
      last = *high;
    } else if (slash == piece.npos) {
      last = first;
    }
  }
  for (int value = first; value <= last; value += step) allow(value);
  return Ok();
}

template <typename Allow>
Status ReadField(std::string_view text, const Field& field, const Allow& allow) {
  for (const std::string_view piece : Split(text, ','))
    RETURN_IF_ERROR(ReadPiece(piece, field, allow));
  return Ok();
}

Status ReadBits(std::string_view text, const Field& field, uint64_t& bits) {
  bits = 0;
  return ReadField(text, field, [&](int value) { bits |= uint64_t{1} << value; });
}

bool Has(uint64_t bits, int value) { return (bits >> value & 1) != 0; }

// The smallest allowed value that is at least `from`; -1 when there is none.
int FirstFrom(uint64_t bits, int from, int most) {
  for (int value = from; value <= most; ++value) {
    if (Has(bits, value)) return value;
  }
  return -1;
}

std::string_view Expanded(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kMacros = {{
      {"@yearly", "0 0 1 1 *"},
      {"@annually", "0 0 1 1 *"},
      {"@monthly", "0 0 1 * *"},
      {"@weekly", "0 0 * * 0"},
      {"@daily", "0 0 * * *"},
      {"@midnight", "0 0 * * *"},
      {"@hourly", "0 * * * *"},
  }};
  for (const auto& [macro, fields] : kMacros) {
    if (text == macro) return fields;
  }
  return text;
}

}  // namespace

Result<Schedule> Schedule::Parse(std::string_view text) {
  Schedule schedule;
  const std::string_view trimmed = Trim(text);
  schedule.text_ = std::string(trimmed);
  if (trimmed == "@reboot") {
    schedule.never_ = true;
    return schedule;
  }
  if (trimmed.starts_with("@every")) {
    ASSIGN_OR_RETURN(schedule.every_, ParseDuration(Trim(trimmed.substr(6))));
    if (schedule.every_ < std::chrono::seconds(1) || schedule.every_ > days(3660)) {
      return InvalidArgument("@every takes a duration from 1s to ten years");
    }
    return schedule;
  }
  const std::string_view fields = Expanded(trimmed);
  if (fields.starts_with('@')) {
    return InvalidArgument("\"" + Printable(fields, 40) +
                           "\" is not one of @yearly, @monthly, @weekly, @daily, @hourly, @every "
                           "DURATION, @reboot");
  }
  RETURN_IF_ERROR(schedule.ParseCron(fields));
  return schedule;
}

Status Schedule::ParseCron(std::string_view text) {
  std::vector<std::string_view> fields;
  for (const std::string_view field : Split(text, ' ')) {
    if (!field.empty()) fields.push_back(field);
  }
  if (fields.size() < 5 || fields.size() > 7) {
    return InvalidArgument("a schedule has five to seven fields, this one " +
                           std::to_string(fields.size()));
  }
  size_t at = 0;
  if (fields.size() > 5) RETURN_IF_ERROR(ReadBits(fields[at++], kSeconds, seconds_));
  RETURN_IF_ERROR(ReadBits(fields[at++], kMinutes, minutes_));
  RETURN_IF_ERROR(ReadBits(fields[at++], kHours, hours_));
  any_day_ = fields[at] == "*" || fields[at] == "?";
  RETURN_IF_ERROR(ReadBits(fields[at++], kDays, days_));
  RETURN_IF_ERROR(ReadBits(fields[at++], kMonths, months_));
  any_weekday_ = fields[at] == "*" || fields[at] == "?";
  RETURN_IF_ERROR(ReadBits(fields[at++], kWeekdays, weekdays_));
  if (Has(weekdays_, 7)) weekdays_ |= 1;
  if (at == fields.size()) return Ok();
  std::fill(std::begin(years_), std::end(years_), 0);
  const Field years = {"year", kFirstYear, kLastYear, {}};
  return ReadField(fields[at], years, [&](int year) {
    const int bit = year - kFirstYear;
    years_[bit / 64] |= uint64_t{1} << (bit % 64);
  });
}

bool Schedule::MatchesDay(sys_days day) const {
  const year_month_day date(day);
  if (!Has(months_, static_cast<int>(static_cast<unsigned>(date.month())))) return false;
  const bool by_date = Has(days_, static_cast<int>(static_cast<unsigned>(date.day())));
  const bool by_weekday = Has(weekdays_, static_cast<int>(std::chrono::weekday(day).c_encoding()));
  return any_day_ || any_weekday_ ? by_date && by_weekday : by_date || by_weekday;
}

// The first time of day that is at least `from`.
std::optional<Duration> Schedule::NextInDay(Duration from) const {
  const auto total = std::chrono::ceil<std::chrono::seconds>(from).count();
  int second = static_cast<int>(total % 60);
  int minute = static_cast<int>(total / 60 % 60);
  int hour = static_cast<int>(total / 3600);
  for (int h = FirstFrom(hours_, hour, 23); h >= 0; h = FirstFrom(hours_, h + 1, 23)) {
    if (h > hour) minute = second = 0;
    for (int m = FirstFrom(minutes_, minute, 59); m >= 0; m = FirstFrom(minutes_, m + 1, 59)) {
      if (h > hour || m > minute) second = 0;
      const int s = FirstFrom(seconds_, second, 59);
      if (s >= 0) {
        return std::chrono::hours(h) + std::chrono::minutes(m) + std::chrono::seconds(s);
      }
    }
  }
  return std::nullopt;
}

std::optional<TimePoint> Schedule::Next(TimePoint after) const {
  const auto year_of = [](sys_days day) { return static_cast<int>(year_month_day(day).year()); };
  if (never_ || year_of(std::chrono::floor<days>(after)) > kLastYear) return std::nullopt;
  if (every_.count() > 0) return after + every_;
  const TimePoint from = std::max(after + Duration(1), TimePoint(Duration(0)));
  sys_days day = std::chrono::floor<days>(from);
  Duration time_of_day = from - day;
  for (; year_of(day) <= kLastYear; day += days(1), time_of_day = Duration(0)) {
    const int bit = year_of(day) - kFirstYear;
    if (!Has(years_[bit / 64], bit % 64) || !MatchesDay(day)) continue;
    if (const auto time = NextInDay(time_of_day)) return day + *time;
  }
  return std::nullopt;
}

}  // namespace narrows::assessment
