#include "report/benchmark/documents.h"

#include <gtest/gtest.h>

#include <sstream>

namespace narrows::report::benchmark {
namespace {

using findings::benchmark::JudgedCheck;
using findings::benchmark::State;

BenchmarkReport Sample() {
  JudgedCheck failed;
  failed.check.id = "4.1.1";
  failed.check.text = "A <file> & its \"mode\"";
  failed.check.audit = "stat";
  failed.check.remediation = "chmod 600\n";
  failed.check.scored = true;
  failed.result = {State::kFail, "permissions=777", "x", "", true};
  JudgedCheck unknown;
  unknown.check.id = "4.1.2";
  unknown.result = {State::kWarn, "", "", "not evaluated: \x1b[31m\xff", false};
  JudgedTarget target;
  target.version = "cis-1.10";
  target.id = "4";
  target.text = "Worker";
  target.type = "node";
  target.counts = {0, 1, 1, 0};
  target.groups = {{"4.1", "Files", target.counts, {failed, unknown}}};
  return {"cis-1.10", "none", {target}};
}

TEST(BenchmarkDocuments, TheKubeBenchDocumentHasThatToolsNames) {
  std::ostringstream out;
  WriteKubeBench(Sample(), out);
  const std::string text = out.str();
  for (const char* member :
       {"\"Controls\": [", "\"detected_version\": \"none\"", "\"node_type\": \"node\"",
        "\"section\": \"4.1\"", "\"test_number\": \"4.1.1\"", "\"status\": \"FAIL\"",
        "\"actual_value\": \"permissions=777\"", "\"IsMultiple\": false", "\"total_fail\": 1",
        "\"Totals\": {", "\"test_info\": [", "\"reason\": \"not evaluated: "}) {
    EXPECT_NE(text.find(member), std::string::npos) << member << " in " << text;
  }
}

TEST(BenchmarkDocuments, JunitIsValidXmlWhateverTheTextsHold) {
  std::ostringstream out;
  WriteJunit(Sample(), out);
  EXPECT_EQ(out.str(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            "  <testsuite name=\"Worker\" tests=\"2\" failures=\"1\" skipped=\"1\">\n"
            "    <testcase name=\"4.1.1 A &lt;file&gt; &amp; its &#34;mode&#34;\" "
            "classname=\"Files\">\n"
            "      <failure type=\"FAIL\">chmod 600&#xA;</failure>\n"
            "    </testcase>\n"
            "    <testcase name=\"4.1.2 \" classname=\"Files\">\n"
            "      <skipped message=\"WARN\"/>\n"
            "      <system-out>not evaluated: ?[31m?</system-out>\n"
            "    </testcase>\n  </testsuite>\n</testsuites>\n");
}

TEST(BenchmarkDocuments, TheTableShowsStatesRemediesAndCountsAndDrivesNoTerminal) {
  std::ostringstream out;
  WriteTable(Sample(), true, {}, out);
  const std::string text = out.str();
  EXPECT_NE(text.find("  FAIL  4.1.1 A <file>"), std::string::npos) << text;
  EXPECT_NE(text.find("What to do\n4.1.1\n  chmod 600\n"), std::string::npos) << text;
  EXPECT_NE(text.find("total: 0 pass, 1 fail, 1 warn, 0 info\n"), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  std::ostringstream plain;
  WriteTable(Sample(), false, {}, plain);
  EXPECT_EQ(plain.str().find("chmod"), std::string::npos);
}

TEST(BenchmarkDocuments, OursSaysWhatWasNotEvaluatedAndSarifHasARuleAResult) {
  std::ostringstream json;
  WriteJson(Sample(), json);
  EXPECT_NE(json.str().find("\"evaluated\": false"), std::string::npos);
  std::ostringstream sarif;
  WriteSarif(Sample(), "1", sarif);
  EXPECT_NE(sarif.str().find("\"ruleId\": \"cis-1.10/4.1.1\""), std::string::npos);
  EXPECT_NE(sarif.str().find("\"level\": \"error\""), std::string::npos);
}

}  // namespace
}  // namespace narrows::report::benchmark
