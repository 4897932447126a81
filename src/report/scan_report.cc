#include "report/scan_report.h"

#include <algorithm>
#include <tuple>

namespace narrows::report {
namespace {

// A subject's place in the order, for every kind of subject.
struct SubjectName {
  std::tuple<std::string_view, std::string_view> operator()(const model::PackageSubject& s) const {
    return {s.package.name, s.package.version};
  }
  std::tuple<std::string_view, std::string_view> operator()(
      const model::WorkloadFieldSubject& s) const {
    return {s.workload, s.field};
  }
  std::tuple<std::string_view, std::string_view> operator()(
      const model::NodeCheckSubject& s) const {
    return {s.node, s.check};
  }
};

bool IsWorse(const model::Finding& a, const model::Finding& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  const auto& va = a.vulnerability;
  const auto& vb = b.vulnerability;
  if (va.kev != vb.kev) return va.kev;
  const double ea = va.epss ? va.epss->score : -1;
  const double eb = vb.epss ? vb.epss->score : -1;
  if (ea != eb) return ea > eb;
  const auto na = std::visit(SubjectName{}, a.subject);
  const auto nb = std::visit(SubjectName{}, b.subject);
  return std::tie(na, va.id, a.id) < std::tie(nb, vb.id, b.id);
}

template <typename T, typename Less>
std::vector<const T*> Sorted(const std::vector<T>& values, Less less) {
  std::vector<const T*> order;
  order.reserve(values.size());
  for (const T& value : values) order.push_back(&value);
  std::stable_sort(order.begin(), order.end(),
                   [&](const T* a, const T* b) { return less(*a, *b); });
  return order;
}

}  // namespace

std::string_view ToString(TargetKind kind) {
  switch (kind) {
    case TargetKind::kImage:
      return "image";
    case TargetKind::kFilesystem:
      return "filesystem";
    case TargetKind::kBillOfMaterials:
      return "billOfMaterials";
  }
  return "unknown";
}

Totals CountFindings(const std::vector<model::Finding>& findings) {
  Totals totals;
  for (const model::Finding& finding : findings) {
    ++totals.all;
    if (!finding.vulnerability.fixed_version.empty()) ++totals.fixable;
    if (finding.vulnerability.kev) ++totals.known_exploited;
    ++totals.by_severity[static_cast<size_t>(finding.severity)];
  }
  return totals;
}

const model::Package* PackageOf(const model::Finding& finding) {
  const auto* subject = std::get_if<model::PackageSubject>(&finding.subject);
  return subject ? &subject->package : nullptr;
}

std::vector<const model::Finding*> WorstFirst(const std::vector<model::Finding>& findings) {
  return Sorted(findings, IsWorse);
}

std::vector<const model::Suppression*> WorstFirst(
    const std::vector<model::Suppression>& suppressed) {
  return Sorted(suppressed, [](const model::Suppression& a, const model::Suppression& b) {
    return IsWorse(*a.finding, *b.finding);
  });
}

std::vector<const model::Assessment*> WorstFirst(
    const std::vector<model::Assessment>& assessments) {
  return Sorted(assessments, [](const model::Assessment& a, const model::Assessment& b) {
    if (a.verdict != b.verdict) return a.verdict > b.verdict;
    return std::tie(a.workload.name_space, a.workload.kind, a.workload.name, a.policy) <
           std::tie(b.workload.name_space, b.workload.kind, b.workload.name, b.policy);
  });
}

const model::Violation* WorstViolation(const model::Assessment& assessment) {
  const model::Violation* worst = nullptr;
  for (const auto& container : assessment.containers) {
    for (const auto& violation : container.violations) {
      if (!worst || IsWorse(*violation.finding, *worst->finding)) worst = &violation;
    }
  }
  return worst;
}

}  // namespace narrows::report
