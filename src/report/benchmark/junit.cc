#include <algorithm>
#include <ostream>

#include "base/utf8.h"
#include "report/benchmark/documents.h"

namespace narrows::report::benchmark {
namespace {

using findings::benchmark::JudgedCheck;
using findings::benchmark::JudgedGroup;
using findings::benchmark::State;

// Text of an element or an attribute (XML 1.0 §2.2, §2.4): characters that XML cannot hold become
// '?'.
std::string Escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    const size_t length = Utf8Length(text);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&#34;";
    } else if (c == '\n') {
      out += "&#xA;";
    } else if (c == '\t') {
      out += "&#x9;";
    } else if (length == 0 || (c >= 0 && c < ' ')) {
      out += '?';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

void WriteCase(const JudgedGroup& group, const JudgedCheck& judged, std::ostream& out) {
  const auto& [check, result] = judged;
  out << "    <testcase name=\"" << Escaped(check.id + " " + check.text) << "\" classname=\""
      << Escaped(group.text) << "\">\n";
  if (result.state == State::kFail) {
    out << "      <failure type=\"FAIL\">" << Escaped(check.remediation) << "</failure>\n";
  } else if (result.state != State::kPass) {
    out << "      <skipped message=\"" << findings::benchmark::ToString(result.state) << "\"/>\n";
  }
  if (!result.reason.empty())
    out << "      <system-out>" << Escaped(result.reason) << "</system-out>\n";
  out << "    </testcase>\n";
}

}  // namespace

void WriteJunit(const BenchmarkReport& report, std::ostream& out) {
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const JudgedTarget& target : report.targets) {
    const auto& counts = target.counts;
    out << "  <testsuite name=\"" << Escaped(target.text) << "\" tests=\""
        << counts.pass + counts.fail + counts.warn + counts.info << "\" failures=\"" << counts.fail
        << "\" skipped=\"" << counts.warn + counts.info << "\">\n";
    for (const JudgedGroup& group : target.groups) {
      for (const JudgedCheck& check : group.checks) WriteCase(group, check, out);
    }
    out << "  </testsuite>\n";
  }
  out << "</testsuites>\n";
}

}  // namespace narrows::report::benchmark
