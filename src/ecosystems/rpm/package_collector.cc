#include "ecosystems/rpm/package_collector.h"

#include <map>
#include <string>

#include "base/strings.h"
#include "ecosystems/rpm/version.h"

namespace narrows::ecosystems::rpm {
namespace {

constexpr size_t kMostPackages = 50'000;
constexpr size_t kMostFiles = 5'000'000;
constexpr size_t kMostVendorBytes = 200;
constexpr std::string_view kKeyName = "gpg-pubkey";

// Name, and version with release, of "openssl-1.1.1k-12.el8_9.src.rpm".
std::pair<std::string_view, std::string_view> SplitSource(std::string_view file) {
  for (const std::string_view suffix : {".src.rpm", ".nosrc.rpm"}) {
    if (!file.ends_with(suffix)) continue;
    file.remove_suffix(suffix.size());
    const size_t release = file.rfind('-');
    if (release == 0 || release == std::string_view::npos) return {};
    const size_t version = file.rfind('-', release - 1);
    if (version == std::string_view::npos) return {};
    return {file.substr(0, version), file.substr(version + 1)};
  }
  return {};
}

// "4:" of "4:1.2-3".
std::string_view EpochPrefix(std::string_view version) {
  return version.substr(0, version.size() - WithoutEpoch(version).size());
}

}  // namespace

Status PackageCollector::AddRecord(std::string_view record) {
  if (record.size() > room_) return DataLoss("its records overlap");
  room_ -= record.size();
  const Result<Header> header = ParseHeader(record);
  if (!header.has_value()) {
    complaints_.Add(header.error().message);
  } else if (Add(*header)) {
    AddFiles(record);
  }
  return Ok();
}

bool PackageCollector::Add(const Header& header) {
  if (header.name == kKeyName) return false;
  if (extracted_.packages.size() == kMostPackages) {
    complaints_.Add("there are more than " + std::to_string(kMostPackages) + " packages");
    return false;
  }
  if (!IsToken(header.name) || !IsToken(header.version) || !IsToken(header.release)) {
    complaints_.Add("an entry without a usable name or version: package '" +
                    Printable(header.name, 80) + "', version '" + Printable(header.version, 80) +
                    "', release '" + Printable(header.release, 80) + "'");
    return false;
  }
  model::Package package;
  package.name = header.name;
  if (header.epoch.value_or(0) != 0) package.version = std::to_string(*header.epoch) + ":";
  package.version += std::string(header.version) + "-" + std::string(header.release);
  if (IsToken(header.architecture)) package.architecture = header.architecture;
  const auto [source, source_version] = SplitSource(header.source_rpm);
  const bool has_source = IsToken(source) && IsToken(source_version);
  package.source_name = has_source ? source : package.name;
  package.source_version = has_source ? source_version : package.version;
  if (IsToken(header.modularity_label)) package.modularity = header.modularity_label;
  package.vendor = Printable(header.vendor, kMostVendorBytes);
  extracted_.packages.push_back(std::move(package));
  return true;
}

void PackageCollector::AddFiles(std::string_view record) {
  OwnedFiles owned;
  owned.package = extracted_.packages.back().name;
  ForEachFile(record, [&](std::string_view path) {
    if (files_ < kMostFiles) owned.Add(path);
    ++files_;
  });
  if (files_ > kMostFiles)
    complaints_.Add("the packages own more than " + std::to_string(kMostFiles) + " files");
  if (!owned.paths.empty()) extracted_.owned.push_back(std::move(owned));
}

// The name of a source package has no epoch in it, but those of its packages that share its version
// share its epoch. Others, as the modules that perl is built with, have versions of their own.
void PackageCollector::GiveSourcesTheirEpochs() {
  std::map<std::pair<std::string_view, std::string_view>, std::string_view> epochs;
  for (const model::Package& package : extracted_.packages) {
    if (WithoutEpoch(package.version) != package.source_version) continue;
    std::string_view& epoch = epochs[{package.source_name, package.source_version}];
    if (epoch.empty() || package.name == package.source_name) epoch = EpochPrefix(package.version);
  }
  // The keys are views into what would be changed.
  std::vector<std::string> versions;
  for (const model::Package& package : extracted_.packages) {
    const auto epoch = epochs.find({package.source_name, package.source_version});
    const bool of_itself = epoch == epochs.end();
    versions.push_back(std::string(of_itself ? EpochPrefix(package.version) : epoch->second) +
                       std::string(WithoutEpoch(package.source_version)));
  }
  for (size_t i = 0; i < versions.size(); ++i)
    extracted_.packages[i].source_version = std::move(versions[i]);
}

Result<PackageExtractor::Extracted> PackageCollector::Finish() && {
  GiveSourcesTheirEpochs();
  extracted_.statuses = std::move(complaints_).Take();
  if (extracted_.packages.empty() && !extracted_.statuses.empty())
    return DataLoss("no entry of the rpm data base is readable: " + extracted_.statuses.front());
  return std::move(extracted_);
}

}  // namespace narrows::ecosystems::rpm
