#include "report/documents/json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <limits>
#include <sstream>

#include "base/json.h"
#include "report/documents/json_writer.h"
#include "report/documents/sample_reports_testing.h"
#include "report/documents/validation_testing.h"

namespace narrows::report::documents {
namespace {

template <typename Report>
std::string Json(const Report& report) {
  std::ostringstream out;
  WriteJson(report, out);
  return out.str();
}

int Validate(const std::string& schema, const std::string& document) {
  return testing::Validate("/usr/bin/python3", "validate_json.py api/schema/" + schema, document);
}

class DocumentsFitTheirSchema : public ::testing::Test {
 protected:
  static void Expect(const std::string& schema, const std::string& document) {
    const int code = Validate(schema, document);
    if (code == 77) GTEST_SKIP() << "install python3-jsonschema to check " << schema;
    EXPECT_EQ(code, 0) << document;
    // The validator itself must be able to say no.
    std::string broken = document;
    broken.replace(broken.find("\"schemaVersion\""), 15, "\"schemaVersiom\"");
    EXPECT_EQ(Validate(schema, broken), 1);
  }
};

TEST_F(DocumentsFitTheirSchema, ScanReport) {
  Expect("scan-report.v1.json", Json(testing::SampleScan()));
}

TEST_F(DocumentsFitTheirSchema, ScanReportWithNothingKnown) {
  ScanReport report;
  report.kind = TargetKind::kFilesystem;
  report.unknown_reason = "no package data base";
  Expect("scan-report.v1.json", Json(report));
}

TEST_F(DocumentsFitTheirSchema, AssessmentReport) {
  Expect("assessment-report.v1.json", Json(testing::SampleAssessment()));
}

TEST(JsonReport, IsTheSameForAnyOrderOfFindings) {
  ScanReport a = testing::SampleScan();
  ScanReport b = a;
  std::reverse(b.findings.begin(), b.findings.end());
  EXPECT_EQ(Json(a), Json(b));
}

TEST(JsonReport, PutsTheWorstFirst) {
  const auto document = ParseJson(Json(testing::SampleScan()));
  ASSERT_TRUE(document.has_value());
  const auto& findings = document->at("findings").as_array();
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].at("severity"), "Critical");
  EXPECT_EQ(findings[2].at("severity"), "Unknown");
  EXPECT_EQ(document->at("summary").at("bySeverity").at("Critical"), 1);
}

TEST(JsonWriter, EscapesControlCharactersAndRepairsUtf8) {
  std::ostringstream out;
  JsonWriter json(out);
  json.BeginArray();
  json.String("a\"\\\n\t\x01\x7f\xff\xc0\xaf\xed\xa0\x80é");
  json.EndArray();
  const auto parsed = ParseJson(out.str());
  ASSERT_TRUE(parsed.has_value()) << out.str();
  EXPECT_EQ(parsed->as_array()[0].as_string(),
            "a\"\\\n\t\x01\x7f\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
            "\xEF\xBF\xBDé");
  for (const char c : out.str()) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

TEST(JsonWriter, LetsNoControlOfATerminalThrough) {
  std::ostringstream out;
  JsonWriter json(out);
  json.BeginArray();
  json.String(
      "\xc2\x9b"
      "31m\xc2\xa0");
  json.EndArray();
  EXPECT_NE(out.str().find("\"\\u009b31m\xc2\xa0\""), std::string::npos) << out.str();
}

TEST(JsonWriter, WritesEmptyContainersAndNumbers) {
  std::ostringstream out;
  JsonWriter json(out);
  json.BeginObject();
  json.BeginArray("a");
  json.EndArray();
  json.Double("d", 0.1);
  json.Double("nan", std::numeric_limits<double>::quiet_NaN());
  json.Int("i", -5);
  json.Bool("b", true);
  json.OptionalString("absent", "");
  json.EndObject();
  EXPECT_EQ(out.str(),
            "{\n  \"a\": [],\n  \"d\": 0.1,\n  \"nan\": null,\n  \"i\": -5,\n  \"b\": true\n}\n");
}

}  // namespace
}  // namespace narrows::report::documents
