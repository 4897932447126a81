// Prints the findings of a list of packages, for the comparison with an independent evaluation.
//
//   match_packages OSV-FOLDER DISTRIBUTION-ID VERSION-ID ECOSYSTEM < PACKAGES
//
// A package a line: name, version, architecture, source name, source version, of rpm also the
// module it is of, separated by tabs. Without a distribution they are packages of a language. A
// finding a line: name, architecture, id, fixed version.
#include <cstdio>
#include <iostream>
#include <string>

#include "advisories/database.h"
#include "advisories/database_build.h"
#include "base/file.h"
#include "base/strings.h"
#include "ecosystems/catalogue/every_version_order.h"
#include "findings/vulnerability/vulnerability_scanner.h"

namespace narrows {
namespace {

Result<model::ImageAnalysis> ReadPackages(char** argv) {
  model::ImageAnalysis image;
  image.digest = "sha256:0";
  image.has_package_database = *argv[2] != '\0';
  if (image.has_package_database)
    image.distribution = model::Distribution{.id = argv[2], .version_id = argv[3]};
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto fields = Split(line, '\t');
    if (fields.size() < 5) return InvalidArgument("not five fields: " + line);
    model::Package package;
    package.ecosystem = argv[4];
    package.name = fields[0];
    package.version = fields[1];
    package.architecture = fields[2];
    package.source_name = fields[3];
    package.source_version = fields[4];
    if (fields.size() > 5) package.modularity = fields[5];
    image.packages.push_back(std::move(package));
  }
  return image;
}

Status Run(char** argv) {
  ASSIGN_OR_RETURN(const auto folder, ScopedTempDir::Create());
  const auto path = folder.path() / "narrows.db";
  RETURN_IF_ERROR(advisories::BuildDatabase({.osv = argv[1], .output = path}, {}, nullptr));
  ASSIGN_OR_RETURN(auto database, advisories::AdvisoryDatabase::Open(path));
  const ecosystems::VersionOrders orders = ecosystems::catalogue::EveryVersionOrder();
  const auto scanner =
      findings::vulnerability::MakeVulnerabilityScanner(std::move(database), orders);
  ASSIGN_OR_RETURN(const model::ImageAnalysis image, ReadPackages(argv));
  ASSIGN_OR_RETURN(const auto outcome, scanner->Scan(image, {}));
  if (!outcome.unknown_reason.empty()) return FailedPrecondition(outcome.unknown_reason);
  for (const model::Finding& finding : outcome.findings) {
    const auto& package = std::get<model::PackageSubject>(finding.subject).package;
    std::printf("%s\t%s\t%s\t%s\n", package.name.c_str(), package.architecture.c_str(),
                finding.vulnerability.id.c_str(), finding.vulnerability.fixed_version.c_str());
  }
  return Ok();
}

}  // namespace
}  // namespace narrows

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: match_packages OSV-FOLDER ID VERSION-ID ECOSYSTEM < PACKAGES\n");
    return 1;
  }
  const narrows::Status status = narrows::Run(argv);
  if (!status.has_value()) std::fprintf(stderr, "%s\n", status.error().message.c_str());
  return status.has_value() ? 0 : 1;
}
