// The CVSS 4.0 score: FIRST, "Common Vulnerability Scoring System version 4.0: Specification
// Document", section 8. A vector falls into a MacroVector by six equivalence classes (EQ1 to EQ6,
// tables 24 to 29); each MacroVector has a score, its highest; a vector's score lies below that in
// proportion to its distance from the highest vectors of its MacroVector (section 8.2).
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

#include "advisories/cvss_metrics.h"

namespace narrows::advisories {
namespace {

constexpr std::array kMetrics4 = {
    CvssMetric{"AV", "N,A,L,P", true}, CvssMetric{"AC", "L,H", true},
    CvssMetric{"AT", "N,P", true},     CvssMetric{"PR", "N,L,H", true},
    CvssMetric{"UI", "N,P,A", true},   CvssMetric{"VC", "H,L,N", true},
    CvssMetric{"VI", "H,L,N", true},   CvssMetric{"VA", "H,L,N", true},
    CvssMetric{"SC", "H,L,N", true},   CvssMetric{"SI", "H,L,N", true},
    CvssMetric{"SA", "H,L,N", true},   CvssMetric{"E", "X,A,P,U"},
    CvssMetric{"CR", "X,H,M,L"},       CvssMetric{"IR", "X,H,M,L"},
    CvssMetric{"AR", "X,H,M,L"},       CvssMetric{"MAV", "X,N,A,L,P"},
    CvssMetric{"MAC", "X,L,H"},        CvssMetric{"MAT", "X,N,P"},
    CvssMetric{"MPR", "X,N,L,H"},      CvssMetric{"MUI", "X,N,P,A"},
    CvssMetric{"MVC", "X,N,L,H"},      CvssMetric{"MVI", "X,N,L,H"},
    CvssMetric{"MVA", "X,N,L,H"},      CvssMetric{"MSC", "X,N,L,H"},
    CvssMetric{"MSI", "X,N,L,H,S"},    CvssMetric{"MSA", "X,N,L,H,S"},
    CvssMetric{"S", "X,N,P"},          CvssMetric{"AU", "X,N,Y"},
    CvssMetric{"R", "X,A,U,I"},        CvssMetric{"V", "X,D,C"},
    CvssMetric{"RE", "X,L,M,H"},       CvssMetric{"U", "X,Clear,Green,Amber,Red"},
};

// Scores of the MacroVectors, in tenths, by EQ1, EQ2, EQ3, EQ6, EQ4, EQ5; 0 where EQ3 and EQ6
// exclude each other. A row a line: EQ3 and EQ6 fixed, EQ4 and EQ5 running.
constexpr std::array<uint8_t, 324> kScores = {
    // EQ1 0, EQ2 0
    100, 98, 95, 100, 93, 91, 93, 89, 81,  //
    99, 95, 92, 96, 87, 81, 90, 80, 68,    //
    98, 95, 90, 93, 89, 81, 88, 78, 69,    //
    95, 92, 84, 92, 81, 65, 80, 70, 48,    //
    0, 0, 0, 0, 0, 0, 0, 0, 0,             //
    92, 82, 72, 79, 69, 50, 69, 55, 27,    //
    // EQ1 0, EQ2 1
    99, 95, 92, 95, 90, 84, 92, 82, 72,  //
    97, 92, 85, 91, 83, 71, 81, 71, 53,  //
    95, 92, 85, 92, 80, 70, 84, 71, 50,  //
    93, 85, 73, 82, 72, 59, 70, 52, 30,  //
    0, 0, 0, 0, 0, 0, 0, 0, 0,           //
    86, 75, 52, 71, 52, 29, 63, 29, 17,  //
    // EQ1 1, EQ2 0
    98, 94, 91, 94, 86, 77, 87, 74, 63,  //
    95, 87, 81, 89, 74, 64, 75, 63, 49,  //
    94, 88, 76, 86, 74, 59, 72, 57, 52,  //
    89, 77, 67, 76, 58, 50, 57, 52, 25,  //
    0, 0, 0, 0, 0, 0, 0, 0, 0,           //
    83, 70, 54, 65, 58, 26, 53, 21, 13,  //
    // EQ1 1, EQ2 1
    95, 88, 76, 90, 75, 61, 77, 68, 52,  //
    90, 76, 70, 77, 62, 53, 66, 59, 30,  //
    89, 76, 62, 74, 57, 47, 61, 57, 24,  //
    78, 67, 58, 59, 57, 23, 52, 29, 16,  //
    0, 0, 0, 0, 0, 0, 0, 0, 0,           //
    71, 59, 30, 58, 26, 15, 23, 13, 6,   //
    // EQ1 2, EQ2 0
    93, 86, 75, 86, 74, 56, 70, 52, 40,  //
    87, 72, 58, 74, 61, 34, 54, 40, 22,  //
    85, 74, 62, 72, 55, 46, 53, 34, 19,  //
    75, 55, 51, 57, 41, 19, 36, 19, 8,   //
    0, 0, 0, 0, 0, 0, 0, 0, 0,           //
    64, 51, 20, 47, 21, 11, 24, 9, 4,    //
    // EQ1 2, EQ2 1
    88, 73, 60, 73, 59, 41, 54, 45, 20,  //
    75, 53, 50, 55, 40, 20, 43, 22, 11,  //
    75, 58, 40, 61, 48, 20, 46, 17, 8,   //
    55, 45, 21, 51, 18, 9, 18, 7, 2,     //
    0, 0, 0, 0, 0, 0, 0, 0, 0,           //
    53, 24, 14, 24, 12, 5, 10, 3, 1,     //
};

struct MacroVector {
  int eq1, eq2, eq3, eq4, eq5, eq6;
};

// In points; nothing where there is no such MacroVector.
std::optional<double> ScoreOf(const MacroVector& m) {
  if (m.eq1 > 2 || m.eq2 > 1 || m.eq3 > 2 || m.eq4 > 2 || m.eq5 > 2 || m.eq6 > 1)
    return std::nullopt;
  const int at = ((((m.eq1 * 2 + m.eq2) * 3 + m.eq3) * 2 + m.eq6) * 3 + m.eq4) * 3 + m.eq5;
  const uint8_t tenths = kScores[static_cast<size_t>(at)];
  if (tenths == 0) return std::nullopt;
  return tenths / 10.0;
}

// The metrics that the equivalence classes look at, in the order of kNames.
enum Metric { kAV, kPR, kUI, kAC, kAT, kVC, kVI, kVA, kCR, kIR, kAR, kSC, kSI, kSA, kMetricCount };
constexpr std::array<std::string_view, kMetricCount> kNames = {
    "AV", "PR", "UI", "AC", "AT", "VC", "VI", "VA", "CR", "IR", "AR", "SC", "SI", "SA"};
// Values from the most to the least severe, each a step of 0.1 apart (section 8.2, "severity
// distance"). SC has no S, but starts where SI and SA have their H.
constexpr std::array<std::string_view, kMetricCount> kSteps = {"NALP", "NLH",  "NPA",  "LH",  "NP",
                                                               "HLN",  "HLN",  "HLN",  "HML", "HML",
                                                               "HML",  "SHLN", "SHLN", "SHLN"};

using Values = std::array<char, kMetricCount>;

// The values in force: a modified metric replaces the base metric, and the security requirements
// are high where nothing is said.
Values Effective(const CvssVector& vector) {
  Values values{};
  for (size_t i = 0; i < kMetricCount; ++i) {
    const std::string modified = "M" + std::string(kNames[i]);
    std::string_view value = vector.Get(modified, "X");
    if (value == "X") value = vector.Get(kNames[i], "X");
    values[i] = value == "X" ? 'H' : value.front();
  }
  return values;
}

MacroVector Classify(const Values& v, char exploit_maturity) {
  MacroVector m{};
  const bool network = v[kAV] == 'N';
  const bool no_privileges = v[kPR] == 'N';
  const bool no_interaction = v[kUI] == 'N';
  if (network && no_privileges && no_interaction) {
    m.eq1 = 0;
  } else if ((network || no_privileges || no_interaction) && v[kAV] != 'P') {
    m.eq1 = 1;
  } else {
    m.eq1 = 2;
  }
  m.eq2 = v[kAC] == 'L' && v[kAT] == 'N' ? 0 : 1;
  if (v[kVC] == 'H' && v[kVI] == 'H') {
    m.eq3 = 0;
  } else {
    m.eq3 = v[kVC] == 'H' || v[kVI] == 'H' || v[kVA] == 'H' ? 1 : 2;
  }
  if (v[kSI] == 'S' || v[kSA] == 'S') {
    m.eq4 = 0;
  } else {
    m.eq4 = v[kSC] == 'H' || v[kSI] == 'H' || v[kSA] == 'H' ? 1 : 2;
  }
  m.eq5 = exploit_maturity == 'P' ? 1 : exploit_maturity == 'U' ? 2 : 0;
  m.eq6 = (v[kCR] == 'H' && v[kVC] == 'H') || (v[kIR] == 'H' && v[kVI] == 'H') ||
                  (v[kAR] == 'H' && v[kVA] == 'H')
              ? 0
              : 1;
  return m;
}

// Steps from the first of `highest` that is nowhere below the vector, over the metrics from `first`
// on. Each text holds one value a metric.
int Distance(const Values& values, Metric first, std::span<const std::string_view> highest) {
  for (const std::string_view top : highest) {
    int sum = 0;
    bool reaches = true;
    for (size_t i = 0; i < top.size() && reaches; ++i) {
      const std::string_view steps = kSteps[first + i];
      const int step =
          static_cast<int>(steps.find(values[first + i])) - static_cast<int>(steps.find(top[i]));
      reaches = step >= 0;
      sum += step;
    }
    if (reaches) return sum;
  }
  return 0;
}

// The highest vectors of each class (table 30) and the number of steps the class is deep.
struct Depth {
  int distance;
  int depth;
};

Depth DepthOfEq1(const Values& v, int level) {
  static constexpr std::array<std::string_view, 1> k0 = {"NNN"};
  static constexpr std::array<std::string_view, 3> k1 = {"ANN", "NLN", "NNP"};
  static constexpr std::array<std::string_view, 2> k2 = {"PNN", "ALP"};
  switch (level) {
    case 0:
      return {Distance(v, kAV, k0), 1};
    case 1:
      return {Distance(v, kAV, k1), 4};
    default:
      return {Distance(v, kAV, k2), 5};
  }
}

Depth DepthOfEq2(const Values& v, int level) {
  static constexpr std::array<std::string_view, 1> k0 = {"LN"};
  static constexpr std::array<std::string_view, 2> k1 = {"HN", "LP"};
  return level == 0 ? Depth{Distance(v, kAC, k0), 1} : Depth{Distance(v, kAC, k1), 2};
}

// VC VI VA CR IR AR: EQ3 and EQ6 depend on each other and are taken together.
Depth DepthOfEq3And6(const Values& v, int eq3, int eq6) {
  static constexpr std::array<std::string_view, 1> k00 = {"HHHHHH"};
  static constexpr std::array<std::string_view, 2> k01 = {"HHLMMH", "HHHMMM"};
  static constexpr std::array<std::string_view, 2> k10 = {"LHHHHH", "HLHHHH"};
  static constexpr std::array<std::string_view, 5> k11 = {"LHLHMH", "LHHHMM", "HLHMHM", "HLLMHH",
                                                          "LLHHHM"};
  static constexpr std::array<std::string_view, 1> k21 = {"LLLHHH"};
  if (eq3 == 0) return eq6 == 0 ? Depth{Distance(v, kVC, k00), 7} : Depth{Distance(v, kVC, k01), 6};
  if (eq3 == 1) return {eq6 == 0 ? Distance(v, kVC, k10) : Distance(v, kVC, k11), 8};
  return {Distance(v, kVC, k21), 10};
}

Depth DepthOfEq4(const Values& v, int level) {
  static constexpr std::array<std::string_view, 1> k0 = {"HSS"};
  static constexpr std::array<std::string_view, 1> k1 = {"HHH"};
  static constexpr std::array<std::string_view, 1> k2 = {"LLL"};
  switch (level) {
    case 0:
      return {Distance(v, kSC, k0), 6};
    case 1:
      return {Distance(v, kSC, k1), 5};
    default:
      return {Distance(v, kSC, k2), 4};
  }
}

// The score of the next lower MacroVector of EQ3 and EQ6 together: the higher one where there are
// two ways down.
std::optional<double> NextOfEq3And6(MacroVector m) {
  if (m.eq3 == 0 && m.eq6 == 0) {
    MacroVector other = m;
    m.eq6 = 1;
    other.eq3 = 1;
    return std::max(ScoreOf(m), ScoreOf(other));
  }
  if (m.eq3 == 1 && m.eq6 == 0) {
    m.eq6 = 1;
  } else {
    ++m.eq3;
  }
  return ScoreOf(m);
}

double Interpolated(const Values& values, const MacroVector& m) {
  const double score = ScoreOf(m).value_or(0);
  double sum = 0;
  int ways = 0;
  const auto add = [&](std::optional<double> next, Depth depth) {
    if (!next.has_value()) return;
    ++ways;
    sum += (score - *next) * depth.distance / depth.depth;
  };
  MacroVector next = m;
  ++next.eq1;
  add(ScoreOf(next), DepthOfEq1(values, m.eq1));
  next = m;
  ++next.eq2;
  add(ScoreOf(next), DepthOfEq2(values, m.eq2));
  add(NextOfEq3And6(m), DepthOfEq3And6(values, m.eq3, m.eq6));
  next = m;
  ++next.eq4;
  add(ScoreOf(next), DepthOfEq4(values, m.eq4));
  next = m;
  ++next.eq5;
  add(ScoreOf(next), {0, 1});  // a class of one value: no distance within it
  return ways == 0 ? score : score - sum / ways;
}

}  // namespace

Result<double> ScoreCvss4(std::string_view metrics) {
  ASSIGN_OR_RETURN(const CvssVector vector, CvssVector::Parse(metrics, kMetrics4));
  const Values values = Effective(vector);
  const bool harmless =
      std::all_of(kNames.begin(), kNames.end(), [&](const std::string_view& name) {
        const auto i = static_cast<size_t>(&name - kNames.data());
        const bool impact = (i >= kVC && i <= kVA) || i >= kSC;
        return !impact || values[i] == 'N';
      });
  if (harmless) return 0.0;
  const MacroVector m = Classify(values, vector.Get("E", "X").front());
  const double score = std::clamp(Interpolated(values, m), 0.0, 10.0);
  // A millionth makes up for the error of binary fractions at the half.
  return std::floor((score + 1e-6) * 10 + 0.5) / 10;
}

}  // namespace narrows::advisories
