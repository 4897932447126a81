#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "findings/benchmark/judgement.h"
#include "report/documents/text_table.h"

namespace narrows::report::benchmark {

using findings::benchmark::JudgedTarget;

struct BenchmarkReport {
  std::string set;                    // "cis-1.10"
  std::string detected_version;       // of Kubernetes, or the set of the distribution; else "none"
  std::vector<JudgedTarget> targets;  // by ascending id
};

findings::benchmark::Counts Total(const BenchmarkReport& report);

// For people: each check's state, then what to do about those that fail, then the counts.
void WriteTable(const BenchmarkReport& report, bool remediations,
                const documents::TextOptions& options, std::ostream& out);

// Our own document, of the same facts; see docs/reference/benchmark.md.
void WriteJson(const BenchmarkReport& report, std::ostream& out);

// The JSON document of `kube-bench --json`, for what reads that. Checks that were not understood
// are WARN with a reason.
void WriteKubeBench(const BenchmarkReport& report, std::ostream& out);

// JUnit's XML: a suite a target, a case a check; WARN and INFO are skipped cases.
void WriteJunit(const BenchmarkReport& report, std::ostream& out);

// SARIF 2.1.0: a rule a check, a result for each FAIL and WARN.
void WriteSarif(const BenchmarkReport& report, std::string_view version, std::ostream& out);

}  // namespace narrows::report::benchmark
