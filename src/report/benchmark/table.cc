#include <ostream>

#include "base/strings.h"
#include "report/benchmark/documents.h"

namespace narrows::report::benchmark {
namespace {

using documents::OneLine;
using documents::Style;
using documents::Styled;
using findings::benchmark::Counts;
using findings::benchmark::JudgedCheck;
using findings::benchmark::JudgedGroup;
using findings::benchmark::State;

Style StyleOf(State state) {
  switch (state) {
    case State::kPass:
      return Style::kGreen;
    case State::kFail:
      return Style::kRed;
    case State::kWarn:
      return Style::kYellow;
    case State::kInfo:
      return Style::kBlue;
  }
  return Style::kPlain;
}

void WriteCounts(const std::string& name, const Counts& counts, std::ostream& out) {
  out << name << ": " << counts.pass << " pass, " << counts.fail << " fail, " << counts.warn
      << " warn, " << counts.info << " info\n";
}

void WriteRemediation(const JudgedCheck& judged, bool colour, std::ostream& out) {
  const State state = judged.result.state;
  if (state != State::kFail && state != State::kWarn) return;
  out << Styled(OneLine(judged.check.id), Style::kBold, colour) << '\n';
  if (!judged.result.reason.empty() && judged.check.type != "manual")
    out << "  " << OneLine(judged.result.reason) << '\n';
  for (const std::string_view line : Split(Trim(judged.check.remediation), '\n'))
    out << "  " << OneLine(line) << '\n';
}

}  // namespace

Counts Total(const BenchmarkReport& report) {
  Counts total;
  for (const JudgedTarget& target : report.targets) total.Add(target.counts);
  return total;
}

void WriteTable(const BenchmarkReport& report, bool remediations,
                const documents::TextOptions& options, std::ostream& out) {
  for (const JudgedTarget& target : report.targets) {
    out << Styled(OneLine(target.id + " " + target.text), Style::kBold, options.colour) << '\n';
    for (const std::string& program : target.missing)
      out << "  " << OneLine(program) << " does not run here\n";
    for (const JudgedGroup& group : target.groups) {
      out << OneLine(group.id + " " + group.text) << '\n';
      for (const JudgedCheck& judged : group.checks) {
        const State state = judged.result.state;
        out << "  " << Styled(findings::benchmark::ToString(state), StyleOf(state), options.colour)
            << "  " << OneLine(judged.check.id + " " + judged.check.text) << '\n';
      }
    }
    out << '\n';
  }
  if (remediations) {
    out << Styled("What to do", Style::kBold, options.colour) << '\n';
    for (const JudgedTarget& target : report.targets) {
      for (const JudgedGroup& group : target.groups) {
        for (const JudgedCheck& judged : group.checks)
          WriteRemediation(judged, options.colour, out);
      }
    }
    out << '\n';
  }
  for (const JudgedTarget& target : report.targets) WriteCounts(target.type, target.counts, out);
  WriteCounts("total", Total(report), out);
}

}  // namespace narrows::report::benchmark
