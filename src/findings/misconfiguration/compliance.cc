#include "findings/misconfiguration/compliance.h"

#include <map>
#include <set>

namespace narrows::findings::misconfiguration {

double CheckScore::Percent() const {
  if (concerned == 0) return 100;
  return 100.0 * static_cast<double>(concerned - failed) / static_cast<double>(concerned);
}

std::vector<CheckScore> Score(const std::vector<const boost::json::object*>& objects,
                              const std::vector<Misconfiguration>& found,
                              std::optional<Framework> framework) {
  std::map<CheckTarget, size_t> concerned;
  for (const CheckTarget target : {CheckTarget::kPodTemplate, CheckTarget::kConfigMap,
                                   CheckTarget::kReachable, CheckTarget::kAnyObject}) {
    for (const boost::json::object* object : objects)
      concerned[target] += Concerns(target, *object) ? 1 : 0;
  }
  std::map<const Check*, std::set<size_t>> failed;
  for (const Misconfiguration& one : found) failed[one.check].insert(one.object);
  std::vector<CheckScore> scores;
  for (const Check& check : AllChecks()) {
    if (framework && check.Of(*framework).empty()) continue;
    const auto failures = failed.find(&check);
    scores.push_back(
        {&check, concerned[check.target], failures == failed.end() ? 0 : failures->second.size()});
  }
  return scores;
}

double Compliance(const std::vector<CheckScore>& scores) {
  double sum = 0;
  size_t count = 0;
  for (const CheckScore& score : scores) {
    if (score.concerned == 0) continue;
    sum += score.Percent();
    ++count;
  }
  return count == 0 ? 100 : sum / static_cast<double>(count);
}

}  // namespace narrows::findings::misconfiguration
