#include "report/documents/report_id.h"

#include "base/sha256.h"

namespace narrows::report::documents {

std::string ReportUuid(const ScanReport& report) {
  std::string content = report.tool_version + '\n' + FormatRfc3339(report.created) + '\n' +
                        report.target + '\n' + report.image.digest + '\n' +
                        (report.database ? "findings" : "packages");
  for (const model::Package& package : report.image.packages)
    content += '\n' + package.name + '\n' + package.version + '\n' + package.path;
  for (const model::Finding* finding : WorstFirst(report.findings)) content += '\n' + finding->id;
  std::string hex = Sha256Hex(content).substr(0, 32);
  hex[12] = '8';
  hex[16] = "89ab"[static_cast<size_t>(hex[16]) & 3u];
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

}  // namespace narrows::report::documents
