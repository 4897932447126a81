#include "response/quarantine/waivers.h"

#include <algorithm>
#include <tuple>

#include "assessment/assess.h"
#include "base/sha256.h"
#include "base/strings.h"

namespace narrows::response::quarantine {
namespace {

using assessment::Release;
using assessment::Waiver;

constexpr auto kDefaultRelease = std::chrono::hours(24);
// Stands among the findings of a waiver that began when the workload passed: nothing is granted.
constexpr std::string_view kNothing = "none";
// Of more than this many, and of all of a policy's waivers, only the least fingerprints are
// remembered one by one, with their number: the status must stay short.
constexpr size_t kMostFindings = 500;
constexpr size_t kMostFindingsOfAll = 40'000;

TimePoint WholeSeconds(TimePoint time) { return std::chrono::floor<std::chrono::seconds>(time); }

std::string EntryDigest(const Release& release) {
  std::string text =
      release.name_space + "\n" + release.kind + "\n" + release.name + "\n" + release.reason + "\n";
  if (release.until) text += FormatRfc3339(*release.until);
  return Sha256Hex(text).substr(0, 16);
}

bool Names(const Release& release, const std::string& workload) {
  const auto parts = Split(workload, '/');
  return parts.size() == 3 && parts[0] == release.name_space &&
         ToLower(parts[1]) == ToLower(release.kind) && parts[2] == release.name;
}

void RememberAtMost(size_t most, Waiver& waiver) {
  if (waiver.findings.size() <= most) return;
  if (waiver.total == 0) waiver.total = waiver.findings.size();
  waiver.findings.resize(most);
}

// Grants what is known now where nothing was known before; false when a new finding ends the
// waiver.
bool StillGranted(Waiver& waiver, const Evidence& evidence) {
  const std::vector<std::string> now = evidence.Fingerprints();
  if (waiver.findings.empty()) {
    if (evidence.passed) waiver.findings = {std::string(kNothing)};
    if (evidence.fails) waiver.findings = now;
    RememberAtMost(kMostFindings, waiver);
    return true;
  }
  auto end = now.end();
  if (waiver.total > 0) {
    // Digests are evenly spread, so what is remembered is a sample of all.
    if (now.size() > waiver.total) return false;
    end = std::upper_bound(now.begin(), now.end(), waiver.findings.back());
  }
  return std::includes(waiver.findings.begin(), waiver.findings.end(), now.begin(), end);
}

}  // namespace

std::vector<std::string> Evidence::Fingerprints() const {
  if (!assessment) return {};
  return assessment::Fingerprints(*policy, *assessment);
}

Waivers::Waivers(const assessment::Policy& policy, TimePoint now) : policy_(policy), now_(now) {}

const Waiver* Waivers::Remembered(Waiver::Cause cause, const std::string& workload,
                                  const std::string& entry) const {
  for (const Waiver& waiver : policy_.waivers) {
    if (waiver.cause == cause && waiver.workload == workload && waiver.entry == entry) {
      return &waiver;
    }
  }
  return nullptr;
}

std::optional<std::string> Waivers::Waived(const Unit& unit, const Evidence& evidence) {
  auto released = Released(unit, evidence);
  auto expired = Expired(unit, evidence);
  return released ? released : expired;
}

std::optional<std::string> Waivers::Released(const Unit& unit, const Evidence& evidence) {
  std::optional<std::string> why;
  for (const Release& release : policy_.releases) {
    if (!Names(release, unit.key) && !Names(release, unit.origin)) continue;
    const std::string entry = EntryDigest(release);
    Waiver waiver;
    if (const Waiver* known = Remembered(Waiver::Cause::kRelease, unit.key, entry)) {
      waiver = *known;
    } else {
      waiver.workload = unit.key;
      waiver.entry = entry;
      waiver.since = WholeSeconds(now_);
      waiver.until = WholeSeconds(release.until.value_or(now_ + kDefaultRelease));
    }
    const bool over = !waiver.until || *waiver.until <= now_;
    if (!over && !waiver.ended && !StillGranted(waiver, evidence)) waiver.ended = true;
    if (!over && !waiver.ended) {
      why = "released by hand until " + FormatRfc3339(*waiver.until);
      if (!release.reason.empty()) *why += ": " + release.reason;
    }
    kept_.push_back(std::move(waiver));
  }
  return why;
}

std::optional<std::string> Waivers::Expired(const Unit& unit, const Evidence& evidence) {
  const Waiver* known = Remembered(Waiver::Cause::kExpired, unit.key, "");
  const assessment::Action* action = policy_.Find(assessment::ActionKind::kQuarantine);
  if (!known || evidence.passed || !action || !action->expires_after) return std::nullopt;
  Waiver waiver = *known;
  if (!StillGranted(waiver, evidence)) return std::nullopt;
  kept_.push_back(waiver);
  return "its isolation expired at " + FormatRfc3339(waiver.since) +
         "; a new finding begins it again";
}

void Waivers::AddExpired(const Unit& unit, const Evidence& evidence) {
  Waiver waiver;
  waiver.workload = unit.key;
  waiver.cause = Waiver::Cause::kExpired;
  waiver.since = WholeSeconds(now_);
  StillGranted(waiver, evidence);
  kept_.push_back(std::move(waiver));
}

std::vector<Waiver> Waivers::Take() {
  std::sort(kept_.begin(), kept_.end(), [](const Waiver& a, const Waiver& b) {
    return std::tie(a.workload, a.cause, a.entry) < std::tie(b.workload, b.cause, b.entry);
  });
  kept_.erase(std::unique(kept_.begin(), kept_.end(),
                          [](const Waiver& a, const Waiver& b) {
                            return std::tie(a.workload, a.cause, a.entry) ==
                                   std::tie(b.workload, b.cause, b.entry);
                          }),
              kept_.end());
  const auto remembered = [&] {
    size_t count = 0;
    for (const Waiver& waiver : kept_) count += waiver.findings.size();
    return count;
  };
  for (size_t most = kMostFindings / 2; most > 0 && remembered() > kMostFindingsOfAll; most /= 2) {
    for (Waiver& waiver : kept_) RememberAtMost(most, waiver);
  }
  return std::move(kept_);
}

}  // namespace narrows::response::quarantine
