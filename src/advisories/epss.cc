#include "advisories/epss.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "advisories/cve_id.h"
#include "base/strings.h"

namespace narrows::advisories {
namespace {

constexpr double kScale = 100000;

std::optional<uint32_t> ParseShare(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= 1))
    return std::nullopt;
  return static_cast<uint32_t>(std::lround(value * kScale));
}

std::optional<EpssRow> ParseRow(std::string_view line) {
  const auto fields = Split(line, ',');
  if (fields.size() != 3) return std::nullopt;
  const auto cve = PackCveId(Trim(fields[0]));
  const auto score = ParseShare(Trim(fields[1]));
  const auto percentile = ParseShare(Trim(fields[2]));
  if (!cve.has_value() || !score.has_value() || !percentile.has_value()) return std::nullopt;
  return EpssRow{*cve, *score, *percentile};
}

// "#model_version:v2023.03.01,score_date:2024-01-01T00:00:00+0000"
void ReadComment(std::string_view line, EpssTable& table) {
  for (const std::string_view piece : Split(line.substr(1), ',')) {
    const size_t colon = piece.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = Trim(piece.substr(0, colon));
    if (key == "model_version") table.model_version = Printable(piece.substr(colon + 1), 40);
    if (key == "score_date") table.score_date = Printable(piece.substr(colon + 1), 40);
  }
}

}  // namespace

model::Epss ScoreOf(const EpssRow& row) { return {row.score / kScale, row.percentile / kScale}; }

Result<EpssTable> ParseEpss(std::string_view csv) {
  EpssTable table;
  bool header = false;
  size_t number = 0;
  while (!csv.empty()) {
    const size_t newline = csv.find('\n');
    const std::string_view line = Trim(csv.substr(0, newline));
    csv.remove_prefix(newline == std::string_view::npos ? csv.size() : newline + 1);
    ++number;
    if (line.empty()) continue;
    if (line.front() == '#') {
      ReadComment(line, table);
      continue;
    }
    if (!header) {
      if (line != "cve,epss,percentile")
        return InvalidArgument("EPSS scores, line " + std::to_string(number) +
                               ": expected the header \"cve,epss,percentile\"");
      header = true;
      continue;
    }
    const auto row = ParseRow(line);
    if (!row.has_value())
      return InvalidArgument("EPSS scores, line " + std::to_string(number) + ": \"" +
                             Printable(line, 60) + "\" is no CVE id with two shares");
    table.rows.push_back(*row);
  }
  if (!header) return InvalidArgument("EPSS scores: no header \"cve,epss,percentile\"");
  const auto before = [](const EpssRow& a, const EpssRow& b) { return a.cve < b.cve; };
  std::stable_sort(table.rows.begin(), table.rows.end(), before);
  table.rows.erase(std::unique(table.rows.begin(), table.rows.end(),
                               [](const EpssRow& a, const EpssRow& b) { return a.cve == b.cve; }),
                   table.rows.end());
  return table;
}

}  // namespace narrows::advisories
