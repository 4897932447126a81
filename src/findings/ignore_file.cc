#include "findings/ignore_file.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/strings.h"

namespace narrows::findings {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kExpiry = "exp:";
constexpr std::string_view kWorkload = "in:";
constexpr size_t kMostIdBytes = 100;
constexpr size_t kMostWorkloadBytes = 600;

bool IsIdentifier(std::string_view word) {
  if (word.empty() || word.size() > kMostIdBytes || word.find('-') == std::string_view::npos)
    return false;
  return std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':';
  });
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = Trim(text)).empty()) {
    const size_t end = std::min(text.find_first_of(" \t\r\v\f"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

Result<std::string> ParseWorkload(std::string_view text) {
  const std::vector<std::string_view> parts = Split(text, '/');
  if (text.size() > kMostWorkloadBytes || parts.size() != 3 || parts[1].empty() ||
      parts[2].empty()) {
    return InvalidArgument("\"" + Printable(text, 60) +
                           "\" is not a workload such as in:shop/Deployment/web");
  }
  return std::string(text);
}

// One rule; `line` holds neither a comment nor only white space.
Result<IgnoreRule> ParseRule(std::string_view line) {
  const std::vector<std::string_view> words = Words(line);
  if (!IsIdentifier(words[0])) {
    return InvalidArgument("\"" + Printable(words[0], 60) +
                           "\" is not an identifier such as CVE-2024-1234");
  }
  IgnoreRule rule;
  rule.id = words[0];
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i].starts_with(kWorkload) && rule.workload.empty()) {
      ASSIGN_OR_RETURN(rule.workload, ParseWorkload(words[i].substr(kWorkload.size())));
      continue;
    }
    if (!words[i].starts_with(kExpiry) || rule.expires) {
      return InvalidArgument("\"" + Printable(words[i], 60) +
                             "\" is not expected after the identifier: only exp:YYYY-MM-DD, "
                             "in:NAMESPACE/KIND/NAME, and a reason behind #");
    }
    const std::string_view date = words[i].substr(kExpiry.size());
    const auto expires = ParseRfc3339(std::string(date) + "T00:00:00Z");
    if (!expires.has_value() || date.size() != 10) {
      return InvalidArgument("\"" + Printable(words[i], 60) +
                             "\" is not an expiry such as exp:2026-03-31");
    }
    rule.expires = *expires;
  }
  return rule;
}

}  // namespace

Result<std::vector<IgnoreRule>> ParseIgnoreFile(std::string_view text) {
  if (text.size() > kMostIgnoreFileBytes) {
    return ResourceExhausted("ignore file of " + std::to_string(text.size()) + " bytes, limit " +
                             std::to_string(kMostIgnoreFileBytes));
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<IgnoreRule> rules;
  int number = 0;
  for (const std::string_view line : Split(text, '\n')) {
    ++number;
    const size_t hash = line.find('#');
    const std::string_view content = Trim(line.substr(0, hash));
    if (content.empty()) continue;
    ASSIGN_OR_RETURN_WITHIN(IgnoreRule rule, ParseRule(content), "line " + std::to_string(number));
    rule.line = number;
    if (hash != std::string_view::npos) rule.reason = Printable(Trim(line.substr(hash + 1)), 500);
    rules.push_back(std::move(rule));
  }
  return rules;
}

bool IgnoresMisconfiguration(const IgnoreRule& rule, std::string_view check,
                             std::string_view workload) {
  if (ToLower(rule.id) != ToLower(check)) return false;
  if (rule.workload.empty()) return true;
  const std::vector<std::string_view> wanted = Split(rule.workload, '/');
  const std::vector<std::string_view> given = Split(workload, '/');
  if (wanted.size() != given.size()) return false;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] != "*" && wanted[i] != given[i]) return false;
  }
  return true;
}

Ignored ApplyIgnoreRules(const std::vector<IgnoreRule>& rules, TimePoint now,
                         std::vector<model::Finding> findings) {
  // The first rule of an identifier that still holds wins; an expired one is only remembered.
  std::unordered_map<std::string, const IgnoreRule*> by_id;
  for (const IgnoreRule& rule : rules) {
    if (!rule.workload.empty()) continue;
    const auto [known, added] = by_id.emplace(ToLower(rule.id), &rule);
    const auto expired = [now](const IgnoreRule& r) { return r.expires && *r.expires <= now; };
    if (!added && expired(*known->second) && !expired(rule)) known->second = &rule;
  }
  Ignored result;
  std::set<int> reported;
  for (model::Finding& finding : findings) {
    const IgnoreRule* match = nullptr;
    const auto look_up = [&](const std::string& id) {
      const auto found = by_id.find(ToLower(id));
      if (found == by_id.end()) return;
      const bool holds = !found->second->expires || now < *found->second->expires;
      if (holds) {
        match = found->second;
      } else if (reported.insert(found->second->line).second) {
        result.statuses.push_back("line " + std::to_string(found->second->line) +
                                  " of the ignore file: " + found->second->id + " expired on " +
                                  FormatRfc3339(*found->second->expires).substr(0, 10) +
                                  " and is reported again");
      }
    };
    look_up(finding.vulnerability.id);
    if (!match) look_up(finding.vulnerability.advisory);
    for (const std::string& alias : finding.vulnerability.aliases) {
      if (!match) look_up(alias);
    }
    if (match) {
      result.suppressed.push_back({std::make_shared<const model::Finding>(std::move(finding)),
                                   "ignore-file", match->reason});
    } else {
      result.kept.push_back(std::move(finding));
    }
  }
  return result;
}

}  // namespace narrows::findings
