#include "ecosystems/rpm/rpm_extractor.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/strings.h"
#include "ecosystems/purl.h"
#include "ecosystems/rpm/bytes.h"
#include "ecosystems/rpm/family.h"
#include "ecosystems/rpm/header_database.h"
#include "ecosystems/rpm/package_collector.h"
#include "ecosystems/rpm/version.h"

namespace narrows::ecosystems::rpm {
namespace {

constexpr size_t kMostBytes = 512u << 20;
constexpr std::string_view kManifest = "var/lib/rpmmanifest/container-manifest-2";
constexpr std::string_view kJournalSuffix = ".sqlite-wal";

// usr/share/rpm is where rpm-ostree keeps it.
constexpr std::array<std::string_view, 13> kPlaces = {
    "var/lib/rpm/rpmdb.sqlite",
    "var/lib/rpm/rpmdb.sqlite-wal",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/Packages",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/rpmdb.sqlite-wal",
    "usr/lib/sysimage/rpm/Packages.db",
    "usr/lib/sysimage/rpm/Packages",
    "usr/share/rpm/rpmdb.sqlite",
    "usr/share/rpm/rpmdb.sqlite-wal",
    "usr/share/rpm/Packages.db",
    "usr/share/rpm/Packages",
    kManifest,
};

// Name, version-release, time of installation, of the build, vendor, epoch as text, size,
// architecture, epoch, source package.
void ReadManifest(std::string_view content, PackageCollector& collector) {
  while (const auto line = NextLine(content)) {
    if (line->empty()) continue;
    const auto fields = Split(*line, '\t');
    const size_t hyphen = fields.size() < 10 ? std::string_view::npos : fields[1].rfind('-');
    if (hyphen == std::string_view::npos) {
      collector.complaints().Add("a line that is no package: '" + Printable(*line, 80) + "'");
      continue;
    }
    Header header;
    header.name = fields[0];
    header.version = fields[1].substr(0, hyphen);
    header.release = fields[1].substr(hyphen + 1);
    header.vendor = fields[4];
    header.architecture = fields[7];
    if (const auto epoch = ParseInt(fields[8]); epoch.has_value())
      header.epoch = static_cast<uint32_t>(*epoch);
    header.source_rpm = fields[9];
    collector.Add(header);
  }
}

// SQLite's write-ahead log, there when rpm did not end well: it begins with the log's magic number,
// and changes follow its header of 32 bytes.
bool HoldsChanges(std::string_view journal) {
  return journal.size() > 32 && (BigU32(journal, 0) & ~1u) == 0x377f0682;
}

Status ReadDatabase(std::string_view path, std::string_view content, PackageCollector& collector) {
  const HeaderVisitor visit = [&](std::string_view record) { return collector.AddRecord(record); };
  const auto read = path.ends_with(".sqlite") ? ReadSqlite
                    : path.ends_with(".db")   ? ReadNdb
                                              : ReadBerkeley;
  return read(content, visit, collector.complaints());
}

std::string Upstream(const model::Package& package) {
  const std::string_view version = WithoutEpoch(package.source_version);
  if (package.source_name == package.name && version == WithoutEpoch(package.version)) return "";
  return package.source_name + "-" + std::string(version) + ".src.rpm";
}

class RpmExtractor final : public PackageExtractor {
 public:
  std::string_view Name() const override { return "rpm"; }
  int Version() const override { return 1; }

  bool Claims(std::string_view path) const override {
    return std::find(kPlaces.begin(), kPlaces.end(), path) != kPlaces.end();
  }

  std::vector<std::string_view> Places() const override { return {kPlaces.begin(), kPlaces.end()}; }
  size_t MostBytes() const override { return kMostBytes; }

  Result<Extracted> Extract(std::string_view path, std::string_view content) const override {
    if (path.ends_with(kJournalSuffix)) {
      Extracted extracted;
      if (HoldsChanges(content))
        extracted.statuses.push_back(
            "rpm left changes here that are not in its data base: packages may be missing");
      return extracted;
    }
    PackageCollector collector(content.size());
    if (path == kManifest) {
      ReadManifest(content, collector);
    } else if (!content.empty()) {
      const Status read = ReadDatabase(path, content, collector);
      if (!read.has_value()) collector.complaints().Add(read.error().message);
    }
    return std::move(collector).Finish();
  }

  void Complete(model::Package& package, const model::Distribution& distribution) const override {
    const Family* family = FamilyOf(distribution);
    package.ecosystem = family != nullptr ? family->ecosystem : "rpm";
    const std::string_view version = WithoutEpoch(package.version);
    const std::string epoch = package.version.substr(0, package.version.size() - version.size());
    package.purl = FormatPurl({"rpm",
                               family != nullptr ? family->purl_namespace : distribution.id,
                               package.name,
                               version,
                               {{"arch", package.architecture},
                                {"epoch", epoch.substr(0, epoch.find(':'))},
                                {"upstream", Upstream(package)},
                                {"distro", DistroQualifier(distribution)}}});
  }
};

}  // namespace

std::unique_ptr<PackageExtractor> MakeRpmExtractor() { return std::make_unique<RpmExtractor>(); }

}  // namespace narrows::ecosystems::rpm
