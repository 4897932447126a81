#include "inventory/sbom/bill_of_materials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/file.h"
#include "base/strings.h"

namespace narrows::inventory::sbom {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

BillOfMaterials Read(std::string_view text) {
  auto bill = ReadBillOfMaterials(text);
  EXPECT_TRUE(bill.has_value()) << bill.error().message << "\n" << text.substr(0, 300);
  return bill.has_value() ? *std::move(bill) : BillOfMaterials();
}

Error Refused(std::string_view text) {
  const auto bill = ReadBillOfMaterials(text);
  EXPECT_FALSE(bill.has_value()) << text.substr(0, 300);
  return bill.has_value() ? Error{} : bill.error();
}

// "ecosystem name version (source version)".
std::vector<std::string> Listed(const BillOfMaterials& bill) {
  std::vector<std::string> list;
  for (const model::Package& package : bill.analysis.packages) {
    std::string line = package.ecosystem + " " + package.name + " " + package.version;
    if (package.source_name != package.name || package.source_version != package.version)
      line += " (" + package.source_name + " " + package.source_version + ")";
    list.push_back(line);
  }
  return list;
}

std::string CycloneDx(const std::string& components, const std::string& version = "1.6",
                      const std::string& more = "") {
  return R"({"bomFormat":"CycloneDX","specVersion":")" + version + R"(","components":[)" +
         components + "]" + more + "}";
}

std::string Component(const std::string& purl, const std::string& name = "x",
                      const std::string& properties = "") {
  return R"({"type":"library","name":")" + name + R"(","version":"0","purl":")" + purl +
         R"(","properties":[)" + properties + "]}";
}

std::string Property(const std::string& name, const std::string& value) {
  return R"({"name":")" + name + R"(","value":")" + value + "\"}";
}

std::string Spdx(const std::string& packages, const std::string& more = "",
                 const std::string& version = "SPDX-2.3") {
  return R"({"spdxVersion":")" + version + R"(","packages":[)" + packages + "]" + more + "}";
}

std::string SpdxPackage(const std::string& id, const std::string& purl,
                        const std::string& more = "") {
  return R"({"SPDXID":")" + id + R"(","name":")" + id + R"(","versionInfo":"9","externalRefs":[)" +
         R"({"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":")" +
         purl + "\"}]" + more + "}";
}

TEST(BillOfMaterials, EveryTypeOfPackageUrlHasItsEcosystem) {
  const struct {
    const char* purl;
    const char* listed;
  } kCases[] = {
      {"pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl",
       "Debian libssl3 3.0.11-1~deb12u2 (openssl 3.0.11-1~deb12u2)"},
      {"pkg:deb/debian/g++@4%3A12.2.0-3?distro=debian-12&upstream=gcc-defaults%401.203",
       "Debian g++ 4:12.2.0-3 (gcc-defaults 1.203)"},
      {"pkg:deb/debian/vim@9.0-4?distro=debian-12&epoch=2", "Debian vim 2:9.0-4"},
      {"pkg:deb/ubuntu/bash@5.1-6?distro=jammy", "Ubuntu bash 5.1-6"},
      {"pkg:apk/alpine/libcurl@8.1.2-r0?distro=3.18.2&upstream=curl",
       "Alpine libcurl 8.1.2-r0 (curl 8.1.2-r0)"},
      {"pkg:apk/wolfi/zlib@1.3-r0?distro=wolfi-20230201", "Wolfi zlib 1.3-r0"},
      {"pkg:apk/chainguard/zlib@1.3-r0?distro=chainguard-20230214", "Chainguard zlib 1.3-r0"},
      {"pkg:rpm/redhat/openssl-libs@1.1.1k-12.el8_9?arch=x86_64&distro=rhel-8.9&epoch=1"
       "&upstream=openssl-1.1.1k-12.el8_9.src.rpm",
       "Red Hat openssl-libs 1:1.1.1k-12.el8_9 (openssl 1:1.1.1k-12.el8_9)"},
      {"pkg:rpm/redhat/perl-libs@5.26.3-422.el8?distro=redhat-8.9&epoch=4"
       "&upstream=perl-9-1.el8.src.rpm",
       "Red Hat perl-libs 4:5.26.3-422.el8 (perl 9-1.el8)"},
      {"pkg:rpm/almalinux/bash@4.4.20-5.el8?distro=alma-8.10", "AlmaLinux bash 4.4.20-5.el8"},
      {"pkg:rpm/amazon/bash@4.2-1?distro=amazon-2", "Amazon Linux bash 4.2-1"},
      {"pkg:alpm/arch/zlib@1.3-1?distro=arch", "Arch Linux zlib 1.3-1"},
      {"pkg:npm/%40scope/name@1.0.0", "npm @scope/name 1.0.0"},
      {"pkg:npm/lodash@4.17.20", "npm lodash 4.17.20"},
      {"pkg:pypi/jinja2@3.0", "PyPI jinja2 3.0"},
      {"pkg:golang/github.com/a/b@v1.2.3", "Go github.com/a/b v1.2.3"},
      {"pkg:golang/github.com/a/b@v2.0.0#v2", "Go github.com/a/b/v2 v2.0.0"},
      {"pkg:golang/stdlib@1.21.0", "Go stdlib 1.21.0"},
      {"pkg:maven/org.apache.commons/commons-lang3@3.12.0",
       "Maven org.apache.commons:commons-lang3 3.12.0"},
      {"pkg:cargo/rand@0.8.0", "crates.io rand 0.8.0"},
      {"pkg:gem/rails@7.0.1?platform=ruby", "RubyGems rails 7.0.1"},
      {"pkg:composer/symfony/yaml@v5.0", "Packagist symfony/yaml v5.0"},
      {"pkg:nuget/Newtonsoft.Json@13.0.1", "NuGet Newtonsoft.Json 13.0.1"},
      {"pkg:hex/phoenix@1.7.0", "Hex phoenix 1.7.0"},
      {"pkg:pub/http@0.13.0", "Pub http 0.13.0"},
      {"pkg:swift/github.com/apple/swift-nio@2.0.0", "SwiftURL github.com/apple/swift-nio 2.0.0"},
      {"pkg:cran/curl@4.3", "CRAN curl 4.3"},
      {"pkg:hackage/aeson@2.0", "Hackage aeson 2.0"},
      {"pkg:bitnami/wordpress@6.2.0", "Bitnami wordpress 6.2.0"},
      {"pkg:k8s/k8s.io%2Fapiserver@1.27.1", "Kubernetes k8s.io/apiserver 1.27.1"},
  };
  for (const auto& [purl, listed] : kCases) {
    const BillOfMaterials bill = Read(CycloneDx(Component(purl)));
    EXPECT_THAT(Listed(bill), ElementsAre(listed)) << purl;
    EXPECT_TRUE(bill.analysis.complete) << purl;
  }
}

TEST(BillOfMaterials, TheComponentsOwnSpellingStandsWhereTheUrlHasItInLowerCase) {
  EXPECT_THAT(Listed(Read(CycloneDx(Component("pkg:golang/github.com/masterminds/semver@v1.0.0",
                                              "github.com/Masterminds/semver")))),
              ElementsAre("Go github.com/Masterminds/semver v1.0.0"));
}

TEST(BillOfMaterials, WhatTrivySaysOfTheSourceIsTaken) {
  const std::string properties = Property("aquasecurity:trivy:SrcName", "gcc-defaults") + "," +
                                 Property("aquasecurity:trivy:SrcVersion", "1.203") + "," +
                                 Property("aquasecurity:trivy:SrcRelease", "2") + "," +
                                 Property("aquasecurity:trivy:SrcEpoch", "1") + "," +
                                 Property("aquasecurity:trivy:FilePath", "/a") + "," +
                                 Property("aquasecurity:trivy:LayerDiffID", "sha256:1");
  const BillOfMaterials bill =
      Read(CycloneDx(Component("pkg:deb/debian/g++@12?distro=debian-12", "g++", properties)));
  EXPECT_THAT(Listed(bill), ElementsAre("Debian g++ 12 (gcc-defaults 1:1.203-2)"));
  EXPECT_EQ(bill.analysis.packages[0].path, "/a");
  EXPECT_EQ(bill.analysis.packages[0].layer, "sha256:1");
  EXPECT_EQ(bill.analysis.packages[0].evidence, model::Evidence::kBillOfMaterials);
}

TEST(BillOfMaterials, TheDistributionIsTheDocumentsElseThePackages) {
  const std::string package = Component("pkg:apk/alpine/zlib@1?distro=alpine-3.17.1");
  const std::string system = R"({"type":"operating-system","name":"alpine","version":"3.17.1"})";
  EXPECT_EQ(Read(CycloneDx(package)).analysis.distribution->version_id, "3.17.1");
  const auto said = Read(CycloneDx(package + "," + system)).analysis.distribution;
  EXPECT_EQ(said->id, "alpine");
  EXPECT_EQ(said->pretty_name, "alpine 3.17.1");
  const auto red_hat =
      Read(CycloneDx(R"({"type":"operating-system","name":"redhat","version":"8.9"})"))
          .analysis.distribution;
  EXPECT_EQ(red_hat->id, "rhel");
  const auto amazon = Read(CycloneDx(
      R"x({"type":"operating-system","name":"amazon","version":"2 (Karoo)"
})x"));
  EXPECT_EQ(amazon.analysis.distribution->id, "amzn");
  EXPECT_EQ(amazon.analysis.distribution->version_id, "2");
  const auto codename = Read(CycloneDx(Component("pkg:deb/debian/a@1?distro=bookworm")));
  EXPECT_EQ(codename.analysis.distribution->version_id, "12");
  EXPECT_FALSE(Read(CycloneDx(Component("pkg:npm/a@1"))).analysis.distribution.has_value());
}

TEST(BillOfMaterials, APackageOfAnotherReleaseIsNotTakenForOneOfThis) {
  const auto with = [](const char* distro) {
    return Component(std::string("pkg:deb/debian/a@1?distro=debian-") + distro);
  };
  EXPECT_THAT(Listed(Read(CycloneDx(with("12") + "," + with("12") + "," + with("11")))),
              ElementsAre("Debian a 1", "Debian:11 a 1"));
  EXPECT_THAT(Listed(Read(CycloneDx(with("12.5") + "," + with("12")))), ElementsAre("Debian a 1"));
}

TEST(BillOfMaterials, WhatCannotBeJudgedIsCountedAndSaid) {
  const BillOfMaterials bill = Read(CycloneDx(
      Component("pkg:npm/a@1") + R"(,{"type":"library","name":"nameless"})" +
      R"(,{"type":"container","name":"img"},{"type":"file","name":"/etc/passwd"},)" +
      R"({"type":"application","name":"package-lock.json","properties":[)" +
      Property("aquasecurity:trivy:Class", "lang-pkgs") +
      R"(]},{"type":"platform","name":"node-1","properties":[)" +
      Property("aquasecurity:trivy:Type", "node") + "]}," + Component("pkg:oci/app@sha256%3A00") +
      "," + Component("pkg:generic/python@3.11") + "," + Component("not a url") +
      R"(,{"type":"library","name":"v","purl":"pkg:npm/v"})"));
  EXPECT_THAT(Listed(bill), ElementsAre("npm a 1"));
  EXPECT_FALSE(bill.analysis.complete);
  EXPECT_THAT(bill.analysis.statuses,
              ElementsAre(StartsWith("not judged: 1 components of the type pkg:generic"),
                          "not judged: 1 components whose package URL cannot be read (not a url)",
                          "not judged: 1 components without a package URL (nameless)",
                          "not judged: 1 components without a version (pkg:npm/v)",
                          "not judged: 2 container images, each to be scanned for itself (img, "
                          "pkg:oci/app@sha256%3A00)"));
}

TEST(BillOfMaterials, AModuleWithoutItsStreamIsSaid) {
  const std::string purl =
      "pkg:rpm/almalinux/ruby@2.5.9-109.module_el8.5.0%2B259?distro=almalinux-8.10";
  EXPECT_THAT(Read(CycloneDx(Component(purl))).analysis.statuses,
              ElementsAre(HasSubstr("whose stream the document does not say (ruby)")));
  for (const char* qualifier : {"&rpmmod=", "&modularitylabel="}) {
    const BillOfMaterials said = Read(CycloneDx(Component(purl + qualifier + "ruby:2.5:8050:b4")));
    EXPECT_TRUE(said.analysis.complete);
    EXPECT_EQ(said.analysis.packages[0].modularity, "ruby:2.5:8050:b4");
  }
}

TEST(BillOfMaterials, ADocumentWithoutPackagesHasNone) {
  for (const std::string& text : {CycloneDx(""), Spdx(""), std::string("SPDXVersion: SPDX-2.3")}) {
    const BillOfMaterials bill = Read(text);
    EXPECT_THAT(bill.analysis.packages, IsEmpty());
    EXPECT_FALSE(bill.analysis.has_package_database);
  }
  EXPECT_FALSE(Read(CycloneDx(R"({"type":"operating-system","name":"debian","version":"12"})"))
                   .analysis.has_package_database);
}

TEST(BillOfMaterials, WhatSaysItIsIncompleteIsNotComplete) {
  const BillOfMaterials bill =
      Read(CycloneDx(Component("pkg:npm/a@1"), "1.6",
                     R"(,"compositions":[{"aggregate":"incomplete"}],"metadata":{"properties":[)" +
                         Property("narrows:status", "a layer was damaged") + "]}"));
  EXPECT_FALSE(bill.analysis.complete);
  EXPECT_THAT(bill.analysis.statuses,
              ElementsAre("the document says of itself that it is incomplete",
                          "it says: a layer was damaged"));
}

TEST(BillOfMaterials, ComponentsWithinComponentsAndTheSubjectAreRead) {
  const std::string inner = Component("pkg:npm/inner@1");
  const BillOfMaterials bill = Read(CycloneDx(
      R"({"type":"application","name":"o","purl":"pkg:npm/outer@1","components":[)" + inner + "]}",
      "1.6",
      R"(,"metadata":{"component":{"type":"platform","name":"k8s.io/kubernetes",)"
      R"("purl":"pkg:k8s/k8s.io%2Fkubernetes@1.27.1"}})"));
  EXPECT_THAT(Listed(bill),
              ElementsAre("Kubernetes k8s.io/kubernetes 1.27.1", "npm inner 1", "npm outer 1"));
  EXPECT_EQ(bill.analysis.reference, "k8s.io/kubernetes");
}

TEST(BillOfMaterials, TheSameIsListedOnceAndRatherWhatIsJudged) {
  const std::string plain = R"({"name":"a","version":"1","purl":"pkg:pypi/a@1","properties":[)";
  const std::string owned =
      Property("narrows:ecosystem", "PyPI") + "," + Property("narrows:owner", "python3-a");
  const BillOfMaterials bill = Read(CycloneDx(plain + owned + "]}," + plain + "]}"));
  ASSERT_THAT(bill.analysis.packages, SizeIs(1));
  EXPECT_EQ(bill.analysis.packages[0].owner, "");
}

TEST(BillOfMaterials, VersionsOfTheFormatsAreThoseThatAreSaid) {
  for (const char* version : {"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"})
    EXPECT_EQ(Read(CycloneDx("", version)).format, std::string("CycloneDX ") + version + " (JSON)");
  for (const char* version : {"1.1", "1.8", "2.0", ""})
    EXPECT_EQ(Refused(CycloneDx("", version)).code, ErrorCode::kUnimplemented) << version;
  EXPECT_EQ(Read(Spdx("", "", "SPDX-2.2")).format, "SPDX-2.2 (JSON)");
  EXPECT_EQ(Refused(Spdx("", "", "SPDX-2.1")).code, ErrorCode::kUnimplemented);
  EXPECT_THAT(Refused(R"({"@context":"https://spdx.org/rdf/3.0.1","@graph":[]})").message,
              HasSubstr("write SPDX 2.3"));
  EXPECT_THAT(Refused(R"({"artifacts":[],"descriptor":{}})").message, HasSubstr("cyclonedx-json"));
}

TEST(BillOfMaterials, CycloneDxXmlSaysTheSame) {
  const std::string text = R"(<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.4" version="1">
 <metadata><tools><components><component type="application"><name>syft</name></component>
  </components></tools>
  <component type="container"><name>img</name><version>1</version></component></metadata>
 <components>
  <component type="operating-system"><name>alpine</name><version>3.18.2</version></component>
  <component type="library"><group>g</group><name>libcurl</name><version>8</version>
   <purl>pkg:apk/alpine/libcurl@8.1.2-r0?arch=aarch64&amp;distro=3.18.2</purl>
   <properties><property name="aquasecurity:trivy:SrcName">curl</property>
    <property name="aquasecurity:trivy:SrcVersion">8.1.2-r0</property></properties>
   <components><component type="library"><name>i</name><purl>pkg:npm/i@1</purl></component>
   </components></component>
 </components>
 <compositions><composition><aggregate>incomplete_first_party_only</aggregate></composition>
 </compositions></bom>)";
  const BillOfMaterials bill = Read(text);
  EXPECT_EQ(bill.format, "CycloneDX 1.4 (XML)");
  EXPECT_THAT(Listed(bill), ElementsAre("Alpine libcurl 8.1.2-r0 (curl 8.1.2-r0)", "npm i 1"));
  EXPECT_EQ(bill.analysis.packages[0].architecture, "aarch64");
  EXPECT_EQ(bill.analysis.reference, "img");
  EXPECT_EQ(bill.analysis.distribution->version_id, "3.18.2");
  EXPECT_FALSE(bill.analysis.complete);
}

TEST(BillOfMaterials, XmlOfOthersAndEntitiesAreRefused) {
  EXPECT_THAT(Refused("<project/>").message, HasSubstr("not of CycloneDX"));
  EXPECT_EQ(Refused(R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.1"/>)").code,
            ErrorCode::kUnimplemented);
  EXPECT_THAT(Refused(R"(<!DOCTYPE bom [<!ENTITY x SYSTEM "file:///etc/passwd">]>)"
                      R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.6">&x;</bom>)")
                  .message,
              HasSubstr("declares entities"));
}

TEST(BillOfMaterials, SpdxGivesPurposesSourcesAnnotationsAndOwners) {
  const BillOfMaterials bill = Read(Spdx(
      SpdxPackage("SPDXRef-image", "pkg:oci/app@sha256%3A00",
                  R"(,"primaryPackagePurpose":"CONTAINER")") +
          "," + R"({"SPDXID":"SPDXRef-OperatingSystem-1","name":"debian","versionInfo":"12.5"},)" +
          SpdxPackage("SPDXRef-deb", "pkg:deb/debian/python3-a@1-1?arch=all&distro=debian-12.5",
                      R"(,"sourceInfo":"built package from: python-a 1:1-1")") +
          "," + SpdxPackage("SPDXRef-py", "pkg:pypi/a@1") + "," +
          SpdxPackage("SPDXRef-npm", "pkg:npm/b@1",
                      R"(,"annotations":[{"annotator":"Tool: narrows-1","comment":"path: /b"}])"),
      R"(,"relationships":[{"spdxElementId":"SPDXRef-DOCUMENT","relationshipType":"DESCRIBES",)"
      R"("relatedSpdxElement":"SPDXRef-image"},{"spdxElementId":"SPDXRef-deb",)"
      R"("relationshipType":"OTHER","relatedSpdxElement":"SPDXRef-py",)"
      R"("comment":"ownership-by-file-overlap: indicates that the parent package claims"}])"));
  EXPECT_EQ(bill.format, "SPDX-2.3 (JSON)");
  EXPECT_TRUE(bill.analysis.complete) << Join(bill.analysis.statuses, "; ");
  EXPECT_THAT(Listed(bill),
              ElementsAre("Debian python3-a 1-1 (python-a 1:1-1)", "PyPI a 1", "npm b 1"));
  EXPECT_EQ(bill.analysis.packages[1].owner, "SPDXRef-deb");
  EXPECT_EQ(bill.analysis.packages[2].path, "/b");
  EXPECT_EQ(bill.analysis.distribution->version_id, "12.5");
}

TEST(BillOfMaterials, TagValueSaysTheSame) {
  const BillOfMaterials bill = Read(R"(SPDXVersion: SPDX-2.2
DataLicense: CC0-1.0
DocumentComment: <text>two
PackageName: no package
lines</text> rest
##### Package: libcurl
PackageName: libcurl
SPDXID: SPDXRef-1
PackageVersion: 8
PrimaryPackagePurpose: LIBRARY
PackageSourceInfo: <text>built package from: curl 8.1.2-r0</text>
ExternalRef: SECURITY cpe23Type cpe:2.3:a:x
ExternalRef: PACKAGE-MANAGER purl pkg:apk/alpine/libcurl@8.1.2-r0?distro=3.18.2
FileName: ./x
SPDXID: SPDXRef-2
PackageName: py
SPDXID: SPDXRef-3
ExternalRef: PACKAGE_MANAGER purl pkg:pypi/p@1
Relationship: SPDXRef-1 OTHER SPDXRef-3
RelationshipComment: ownership-by-file-overlap: x
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-1
)");
  EXPECT_EQ(bill.format, "SPDX-2.2 (tag-value)");
  EXPECT_THAT(Listed(bill), ElementsAre("Alpine libcurl 8.1.2-r0 (curl 8.1.2-r0)", "PyPI p 1"));
  EXPECT_EQ(bill.analysis.packages[1].owner, "libcurl");
  EXPECT_EQ(bill.analysis.reference, "libcurl");
}

TEST(BillOfMaterials, TagValueNamesTheLineOfAMistake) {
  EXPECT_THAT(Refused("SPDXVersion: SPDX-2.3\n\nrubbish\n").message, HasSubstr("line 3"));
  EXPECT_THAT(Refused("SPDXVersion: SPDX-2.3\nPackageName: <text>x\n").message,
              HasSubstr("line 2: a <text> without an end"));
}

// Statement, envelope, bundle, as cosign and BuildKit write them.
TEST(BillOfMaterials, AttestationsAreOpened) {
  const std::string bom = CycloneDx(Component("pkg:npm/a@1"));
  const auto statement = [](const std::string& version, const std::string& type,
                            const std::string& predicate) {
    return R"({"_type":"https://in-toto.io/Statement/)" + version + R"(","predicateType":")" +
           type + R"(","predicate":)" + predicate + "}";
  };
  const auto envelope = [](const std::string& payload) {
    return R"({"payloadType":"application/vnd.in-toto+json","payload":")" + Base64Encode(payload) +
           R"(","signatures":[]})";
  };
  const std::string plain = statement("v1", "https://cyclonedx.org/bom/v1.6", bom);
  const std::string spdx =
      statement("v0.1", "https://spdx.dev/Document", Spdx(SpdxPackage("SPDXRef-a", "pkg:npm/a@1")));
  const std::string tag_value =
      statement("v0.1", "https://spdx.dev/Document",
                R"("SPDXVersion: SPDX-2.3\nPackageName: a\nExternalRef: P purl pkg:npm/a@1\n")");
  const std::string other = statement("v1", "https://slsa.dev/provenance/v1", "{}");
  for (const std::string& text :
       {plain, spdx, tag_value, envelope(plain), envelope(spdx),
        R"({"dsseEnvelope":)" + envelope(plain) + "}",
        statement("v0.1", "https://cyclonedx.org/bom", R"({"Data":)" + bom + "}"),
        envelope(other) + "\n" + envelope(plain) + "\n"}) {
    const BillOfMaterials bill = Read(text);
    EXPECT_THAT(Listed(bill), ElementsAre("npm a 1")) << text;
    EXPECT_TRUE(bill.attested);
  }
  EXPECT_FALSE(Read(bom).attested);
  EXPECT_THAT(Refused(other).message, HasSubstr("https://slsa.dev/provenance/v1"));
  EXPECT_THAT(Refused(R"({"payloadType":"text/plain","payload":""})").message,
              HasSubstr("text/plain"));
  EXPECT_THAT(Refused(R"({"payloadType":"application/vnd.in-toto+json","payload":"!"})").message,
              HasSubstr("base64"));
  std::string nested = plain;
  for (int i = 0; i < 6; ++i) nested = envelope(nested);
  EXPECT_EQ(Refused(nested).code, ErrorCode::kInvalidArgument);
}

TEST(BillOfMaterials, ForeignTextIsRefusedWithItsReason) {
  for (const char* text : {"", "  ", "hello", "[]", "{}", "{", "<", "<a>", "\xff\xfe{", "\x1f\x8b"})
    EXPECT_EQ(Refused(text).code, ErrorCode::kInvalidArgument) << text;
  const std::string whole = CycloneDx(Component("pkg:npm/a@1"));
  for (size_t size = 1; size < whole.size(); ++size)
    EXPECT_FALSE(ReadBillOfMaterials(whole.substr(0, size)).has_value()) << size;
  // Members of the wrong types are as if they were not there.
  EXPECT_THAT(Listed(Read(R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[1,[],null,)"
                          R"({"purl":7,"properties":"x","components":{}}],"metadata":[]})")),
              IsEmpty());
}

TEST(BillOfMaterials, LimitsHold) {
  EXPECT_EQ(Refused(std::string(kMostBillBytes + 1, ' ')).code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(Refused("{" + std::string(9'000'000, '[')).code, ErrorCode::kResourceExhausted);
  std::string open;
  std::string close;
  for (int i = 0; i < 40; ++i) {
    open += R"({"components":[)";
    close += "]}";
  }
  EXPECT_EQ(Refused(CycloneDx(open + close)).code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(Refused(R"({"a":)" + std::string(1000, '[') + std::string(1000, ']') + "}").code,
            ErrorCode::kResourceExhausted);
  std::string many;
  for (int i = 0; i < 50'001; ++i)
    many += (i == 0 ? "" : ",") + Component("pkg:npm/p" + std::to_string(i) + "@1");
  EXPECT_THAT(Refused(CycloneDx(many)).message, HasSubstr("more than 50000 packages"));
  std::string empty = "{}";
  for (int i = 0; i < 200'001; ++i) empty += ",{}";
  EXPECT_EQ(Refused(CycloneDx(empty)).code, ErrorCode::kResourceExhausted);
}

// Names of foreign documents are shown to people.
TEST(BillOfMaterials, WhatIsSaidOfForeignNamesIsPrintable) {
  const BillOfMaterials bill =
      Read(CycloneDx(R"({"type":"library","name":"\u001b]0;evil\u0007"},)" +
                     Component("pkg:npm/a%1b%5b31m@1") + "," + Component("pkg:npm/b%20c@1")));
  EXPECT_THAT(bill.analysis.packages, IsEmpty());
  EXPECT_EQ(Join(bill.analysis.statuses, "").find('\x1b'), std::string::npos);
}

// Documents of syft and trivy of the same image.
TEST(BillOfMaterials, SyftAndTrivySayTheSameOfAnImage) {
  const auto names = [](const std::string& file) {
    const auto text = ReadFile("tests/cli/sbom/" + file, kMostBillBytes);
    EXPECT_TRUE(text.has_value()) << file;
    const BillOfMaterials bill = Read(*text);
    EXPECT_TRUE(bill.analysis.complete) << file << Join(bill.analysis.statuses, "; ");
    EXPECT_TRUE(bill.analysis.has_package_database) << file;
    EXPECT_EQ(bill.analysis.distribution->id, "alpine") << file;
    EXPECT_EQ(bill.analysis.distribution->version_id, "3.18.2") << file;
    return Listed(bill);
  };
  const std::vector<std::string> packages = names("alpine.syft.cdx.json");
  EXPECT_THAT(packages, SizeIs(16));
  for (const char* file : {"alpine.syft.cdx.xml", "alpine.syft.spdx.json", "alpine.syft.spdx",
                           "alpine.syft-1.2.cdx.json", "alpine.trivy.cdx.json",
                           "alpine.trivy.spdx.json", "alpine.trivy.spdx"})
    EXPECT_EQ(names(file), packages) << file;
}

}  // namespace
}  // namespace narrows::inventory::sbom
