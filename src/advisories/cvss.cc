#include "advisories/cvss.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "advisories/cvss_metrics.h"
#include "base/check.h"
#include "base/strings.h"

namespace narrows::advisories {
namespace {

constexpr std::array kMetrics2 = {
    CvssMetric{"AV", "L,A,N", true}, CvssMetric{"AC", "H,M,L", true},
    CvssMetric{"Au", "M,S,N", true}, CvssMetric{"C", "N,P,C", true},
    CvssMetric{"I", "N,P,C", true},  CvssMetric{"A", "N,P,C", true},
    CvssMetric{"E", "U,POC,F,H,ND"}, CvssMetric{"RL", "OF,TF,W,U,ND"},
    CvssMetric{"RC", "UC,UR,C,ND"},  CvssMetric{"CDP", "N,L,LM,MH,H,ND"},
    CvssMetric{"TD", "N,L,M,H,ND"},  CvssMetric{"CR", "L,M,H,ND"},
    CvssMetric{"IR", "L,M,H,ND"},    CvssMetric{"AR", "L,M,H,ND"},
};

constexpr std::array kMetrics3 = {
    CvssMetric{"AV", "N,A,L,P", true}, CvssMetric{"AC", "L,H", true},
    CvssMetric{"PR", "N,L,H", true},   CvssMetric{"UI", "N,R", true},
    CvssMetric{"S", "U,C", true},      CvssMetric{"C", "N,L,H", true},
    CvssMetric{"I", "N,L,H", true},    CvssMetric{"A", "N,L,H", true},
    CvssMetric{"E", "X,U,P,F,H"},      CvssMetric{"RL", "X,O,T,W,U"},
    CvssMetric{"RC", "X,U,R,C"},       CvssMetric{"CR", "X,L,M,H"},
    CvssMetric{"IR", "X,L,M,H"},       CvssMetric{"AR", "X,L,M,H"},
    CvssMetric{"MAV", "X,N,A,L,P"},    CvssMetric{"MAC", "X,L,H"},
    CvssMetric{"MPR", "X,N,L,H"},      CvssMetric{"MUI", "X,N,R"},
    CvssMetric{"MS", "X,U,C"},         CvssMetric{"MC", "X,N,L,H"},
    CvssMetric{"MI", "X,N,L,H"},       CvssMetric{"MA", "X,N,L,H"},
};

// The weight that belongs to a letter: Weight('P', "LAN", {0.395, 0.646, 1.0}).
template <size_t N>
double Weight(char value, std::string_view letters, const std::array<double, N>& weights) {
  const size_t at = letters.find(value);
  NARROWS_CHECK(at < N);
  return weights[at];
}

double Score2(const CvssVector& v) {
  const auto impact_of = [&](std::string_view name) {
    return Weight(v[name], "NPC", std::array{0.0, 0.275, 0.660});
  };
  const double impact =
      10.41 * (1 - (1 - impact_of("C")) * (1 - impact_of("I")) * (1 - impact_of("A")));
  const double exploitability = 20 * Weight(v["AV"], "LAN", std::array{0.395, 0.646, 1.0}) *
                                Weight(v["AC"], "HML", std::array{0.35, 0.61, 0.71}) *
                                Weight(v["Au"], "MSN", std::array{0.45, 0.56, 0.704});
  const double factor = impact == 0 ? 0 : 1.176;
  const double base = (0.6 * impact + 0.4 * exploitability - 1.5) * factor;
  return std::max(0.0, std::round(base * 10) / 10);
}

// "Roundup" of appendix A of the 3.1 specification: free of the error of binary fractions.
double RoundUp(double value) {
  const auto scaled = static_cast<int64_t>(std::llround(value * 100000));
  if (scaled % 10000 == 0) return static_cast<double>(scaled) / 100000;
  const int64_t tenths = scaled / 10000 + 1;
  return static_cast<double>(tenths) / 10;
}

double Score3(const CvssVector& v) {
  const bool changed = v["S"] == 'C';
  const auto impact_of = [&](std::string_view name) {
    return Weight(v[name], "NLH", std::array{0.0, 0.22, 0.56});
  };
  const double base = 1 - (1 - impact_of("C")) * (1 - impact_of("I")) * (1 - impact_of("A"));
  const double impact =
      changed ? 7.52 * (base - 0.029) - 3.25 * std::pow(base - 0.02, 15) : 6.42 * base;
  if (impact <= 0) return 0;
  const double privileges = changed ? Weight(v["PR"], "NLH", std::array{0.85, 0.68, 0.5})
                                    : Weight(v["PR"], "NLH", std::array{0.85, 0.62, 0.27});
  const double exploitability = 8.22 * Weight(v["AV"], "NALP", std::array{0.85, 0.62, 0.55, 0.2}) *
                                Weight(v["AC"], "LH", std::array{0.77, 0.44}) * privileges *
                                Weight(v["UI"], "NR", std::array{0.85, 0.62});
  const double sum = impact + exploitability;
  return RoundUp(std::min(changed ? 1.08 * sum : sum, 10.0));
}

}  // namespace

Result<CvssVector> CvssVector::Parse(std::string_view text, std::span<const CvssMetric> metrics) {
  CvssVector vector;
  const auto fault = [](std::string_view what, std::string_view part) {
    return InvalidArgument("CVSS vector: " + std::string(what) + " \"" + Printable(part, 40) +
                           "\"");
  };
  if (text.size() > 512) return InvalidArgument("CVSS vector: too long");
  for (const std::string_view piece : Split(text, '/')) {
    const size_t colon = piece.find(':');
    if (colon == std::string_view::npos) return fault("no metric and value in", piece);
    const std::string_view name = piece.substr(0, colon);
    const std::string_view value = piece.substr(colon + 1);
    const auto metric = std::find_if(metrics.begin(), metrics.end(),
                                     [&](const CvssMetric& m) { return m.name == name; });
    if (metric == metrics.end()) return fault("unknown metric", name);
    const auto allowed = Split(metric->values, ',');
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
      return fault("unknown value in", piece);
    if (!vector.Get(name).empty()) return fault("repeated metric", name);
    vector.values_.emplace_back(name, value);
  }
  for (const CvssMetric& metric : metrics) {
    if (metric.mandatory && vector.Get(metric.name).empty())
      return fault("missing metric", metric.name);
  }
  return vector;
}

std::string_view CvssVector::Get(std::string_view name, std::string_view otherwise) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return value;
  }
  return otherwise;
}

Result<CvssScore> ScoreCvss(std::string_view vector) {
  constexpr std::string_view k30 = "CVSS:3.0/";
  constexpr std::string_view k31 = "CVSS:3.1/";
  constexpr std::string_view k40 = "CVSS:4.0/";
  if (vector.starts_with(k40)) {
    ASSIGN_OR_RETURN(const double score, ScoreCvss4(vector.substr(k40.size())));
    return CvssScore{CvssVersion::k40, score};
  }
  if (vector.starts_with(k31) || vector.starts_with(k30)) {
    ASSIGN_OR_RETURN(const CvssVector parsed,
                     CvssVector::Parse(vector.substr(k31.size()), kMetrics3));
    return CvssScore{vector.starts_with(k31) ? CvssVersion::k31 : CvssVersion::k30, Score3(parsed)};
  }
  if (vector.starts_with('(') && vector.ends_with(')'))
    vector = vector.substr(1, vector.size() - 2);
  ASSIGN_OR_RETURN(const CvssVector parsed, CvssVector::Parse(vector, kMetrics2));
  return CvssScore{CvssVersion::k2, Score2(parsed)};
}

}  // namespace narrows::advisories
