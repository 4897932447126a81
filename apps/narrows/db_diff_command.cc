// `narrows db diff`: what judging finds otherwise with one database than with another.
#include <iostream>

#include "advisories/database_change.h"
#include "base/strings.h"
#include "commands.h"
#include "parts.h"
#include "report/documents/json_writer.h"
#include "report/documents/text_table.h"

namespace narrows::app {
namespace {

using report::documents::Cell;

constexpr auto kTimeout = std::chrono::minutes(10);
constexpr size_t kPackagesShown = 3;

std::string Score(const std::optional<double>& score) {
  if (!score) return "none";
  char text[32] = {};
  std::snprintf(text, sizeof(text), "%.5f", *score);
  return text;
}

std::string PackagesOf(const advisories::RecordChange& record) {
  std::string text;
  const size_t shown = std::min(record.packages.size(), kPackagesShown);
  for (size_t i = 0; i < shown; ++i) {
    text +=
        (i == 0 ? "" : ", ") + record.packages[i].name + " (" + record.packages[i].ecosystem + ")";
  }
  const size_t rest = record.packages.size() - shown;
  if (rest > 0) text += " and " + std::to_string(rest) + " more";
  return text;
}

void PrintTable(const advisories::DatabaseChange& change) {
  std::vector<std::vector<Cell>> rows;
  for (const advisories::RecordChange& record : change.records) {
    rows.push_back(
        {{std::string(advisories::ToString(record.kind))}, {record.id}, {PackagesOf(record)}});
  }
  for (const std::string& cve : change.kev_added)
    rows.push_back({{"added"}, {cve}, {"known exploited"}});
  for (const std::string& cve : change.kev_removed)
    rows.push_back({{"removed"}, {cve}, {"known exploited"}});
  for (const advisories::EpssChange& score : change.epss) {
    rows.push_back(
        {{"changed"}, {score.cve}, {"EPSS " + Score(score.before) + " to " + Score(score.after)}});
  }
  for (const std::string& vulnerability : change.stated)
    rows.push_back({{"changed"}, {vulnerability}, {"what is stated of it (VEX)"}});
  for (const std::string& ecosystem : change.ecosystems_added)
    rows.push_back({{"added"}, {ecosystem}, {"its first advisories"}});
  for (const std::string& ecosystem : change.ecosystems_removed)
    rows.push_back({{"removed"}, {ecosystem}, {"no advisories any more"}});
  if (rows.empty()) {
    std::cout << "Both say the same.\n";
    return;
  }
  report::documents::WriteTextTable({{"CHANGE"}, {"WHAT"}, {"CONCERNS", false, 20}}, rows,
                                    StandardOutput(), std::cout);
  std::cout << '\n'
            << change.records.size() << " advisories differ, " << change.packages.size()
            << " packages are concerned\n";
}

void WritePackages(report::documents::JsonWriter& json,
                   const std::vector<advisories::AdvisoryPackage>& packages) {
  json.BeginArray("packages");
  for (const advisories::AdvisoryPackage& package : packages) {
    json.BeginObject();
    json.String("ecosystem", package.ecosystem);
    json.String("name", package.name);
    json.EndObject();
  }
  json.EndArray();
}

void WriteStrings(report::documents::JsonWriter& json, std::string_view key,
                  const std::vector<std::string>& strings) {
  json.BeginArray(key);
  for (const std::string& text : strings) json.String(text);
  json.EndArray();
}

void PrintJson(const advisories::DatabaseChange& change) {
  report::documents::JsonWriter json(std::cout);
  json.BeginObject();
  json.BeginArray("advisories");
  for (const advisories::RecordChange& record : change.records) {
    json.BeginObject();
    json.String("change", advisories::ToString(record.kind));
    json.String("id", record.id);
    WritePackages(json, record.packages);
    json.EndObject();
  }
  json.EndArray();
  WriteStrings(json, "knownExploitedAdded", change.kev_added);
  WriteStrings(json, "knownExploitedRemoved", change.kev_removed);
  json.BeginArray("epss");
  for (const advisories::EpssChange& score : change.epss) {
    json.BeginObject();
    json.String("id", score.cve);
    if (score.before) json.Double("before", *score.before);
    if (score.after) json.Double("after", *score.after);
    json.EndObject();
  }
  json.EndArray();
  WriteStrings(json, "stated", change.stated);
  WriteStrings(json, "ecosystemsAdded", change.ecosystems_added);
  WriteStrings(json, "ecosystemsRemoved", change.ecosystems_removed);
  WritePackages(json, change.packages);
  json.EndObject();
  std::cout << '\n';
}

Result<advisories::DatabaseChange> Compare(const DbDiffFlags& flags) {
  ASSIGN_OR_RETURN(const auto before, advisories::AdvisoryDatabase::Open(flags.before));
  ASSIGN_OR_RETURN(const auto after, advisories::AdvisoryDatabase::Open(flags.after));
  return advisories::CompareDatabases(*before, *after, flags.epss,
                                      CallContext::WithTimeout(kTimeout));
}

}  // namespace

int RunDbDiff(const DbDiffFlags& flags) {
  const Result<advisories::DatabaseChange> change = Compare(flags);
  if (!change.has_value()) return Fail(change.error());
  if (flags.output == OutputFormat::kJson) {
    PrintJson(*change);
  } else {
    PrintTable(*change);
  }
  return kDone;
}

}  // namespace narrows::app
