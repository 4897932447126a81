#include <cstddef>
#include <cstdint>
#include <string_view>

#include "advisories/vex/document.h"
#include "base/check.h"
#include "findings/vex/statements.h"

// A document that is read can be asked about a package; what it says of a finding suppresses it or
// leaves it, and a vulnerability that it does not name stays.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace vex = narrows::findings::vex;
  auto document = narrows::advisories::vex::ReadDocument(
      std::string_view(reinterpret_cast<const char*>(data), size));
  if (!document.has_value()) return 0;
  for (const auto& statement : document->statements) {
    for (const uint32_t product : statement.products)
      NARROWS_CHECK(!document->products.at(product).path.empty());
  }
  narrows::model::ImageAnalysis image;
  image.digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  image.distribution = {.id = "rhel", .version_id = "9.1"};
  narrows::model::Package package{.ecosystem = "npm", .name = "a", .version = "1.0.0"};
  package.purl = "pkg:npm/a@1.0.0";
  narrows::model::Finding named;
  named.subject = narrows::model::PackageSubject{image.digest, package};
  narrows::model::Finding stranger = named;
  named.vulnerability.id = "CVE-2024-1";
  stranger.vulnerability.id = "no vulnerability in any document";
  stranger.vulnerability.advisory = stranger.vulnerability.id;
  const vex::Statements statements(
      {{"fuzzer",
        std::make_shared<const narrows::advisories::vex::Document>(*std::move(document))}});
  const auto sorted =
      vex::Apply(statements, {}, {&image, "docker.io/library/a", "1"}, {named, stranger});
  NARROWS_CHECK(sorted.kept.size() + sorted.suppressed.size() == 2);
  NARROWS_CHECK(sorted.kept.back().vulnerability.id == stranger.vulnerability.id);
  return 0;
}
