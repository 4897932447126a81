#include "storage/sqlite/sqlite_assessments.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "base/strings.h"

namespace narrows::storage {
namespace {

std::string ToDocument(const std::vector<model::ContainerAssessment>& containers) {
  boost::json::array document;
  for (const auto& container : containers) {
    document.push_back({{"name", container.container},
                        {"image", container.image},
                        {"digest", container.image_digest},
                        {"verdict", static_cast<int>(container.verdict)},
                        {"unknown", container.unknown_reason},
                        {"findings", container.findings}});
  }
  return boost::json::serialize(document);
}

Result<std::vector<model::ContainerAssessment>> FromDocument(std::string_view text) {
  ASSIGN_OR_RETURN_WITHIN(const boost::json::value document, ParseJson(text),
                          "assessment in the store");
  std::vector<model::ContainerAssessment> containers;
  if (!document.is_array()) return containers;
  for (const auto& item : document.get_array()) {
    if (!item.is_object()) continue;
    const auto& object = item.get_object();
    model::ContainerAssessment container;
    container.container = JsonString(object, "name");
    container.image = JsonString(object, "image");
    container.image_digest = JsonString(object, "digest");
    container.verdict = static_cast<model::Verdict>(
        JsonInt(object, "verdict").value_or(static_cast<int64_t>(model::Verdict::kUnknown)));
    container.unknown_reason = JsonString(object, "unknown");
    container.findings = static_cast<int>(JsonInt(object, "findings").value_or(0));
    containers.push_back(std::move(container));
  }
  return containers;
}

// What must be the same for an assessment to be a repetition.
std::string ContentOf(const model::Assessment& assessment, std::string_view containers) {
  std::string evidence;
  const auto add = [&](const model::Finding& finding, std::string_view rule,
                       std::string_view reason) {
    evidence += ContentKey({finding.id, rule, reason});
  };
  for (const auto& container : assessment.containers) {
    evidence += 'c';
    for (const auto& violation : container.violations)
      add(*violation.finding, violation.rule, violation.reason);
    evidence += 's';
    for (const auto& suppression : container.suppressions)
      add(*suppression.finding, suppression.by, suppression.reason);
  }
  return ContentKey({std::to_string(static_cast<int>(assessment.verdict)), containers, evidence});
}

std::string ChangeKey(const model::WorkloadRef& workload, std::string_view policy) {
  return workload.ToString() + " " + std::string(policy);
}

std::optional<model::Verdict> OptionalVerdict(const Query& query, int column) {
  if (query.IsNull(column)) return std::nullopt;
  return static_cast<model::Verdict>(query.Int(column));
}

Value BindVerdict(std::optional<model::Verdict> verdict) {
  return verdict ? Value(static_cast<int64_t>(*verdict)) : Value(nullptr);
}

}  // namespace

Result<std::vector<model::Assessment>> SqliteAssessments::Latest(
    const AssessmentFilter& filter) const {
  struct Found {
    int64_t row;
    model::Assessment assessment;
  };
  std::vector<Found> found;
  {
    const Value verdict = BindVerdict(filter.verdict);
    ASSIGN_OR_RETURN(
        Query query,
        session_.database.Start(
            "SELECT w.namespace, w.api_version, w.kind, w.name, w.uid, a.id, a.policy, a.verdict, "
            "a.time, a.containers FROM assessment a JOIN workload w ON w.id = a.workload "
            "WHERE w.cluster = ?1 AND (?2 = '' OR w.namespace = ?2) AND "
            "(?3 = '' OR a.policy = ?3) AND (?4 IS NULL OR a.verdict = ?4) "
            "ORDER BY w.namespace, w.kind, w.name, w.uid, a.policy",
            {session_.cluster, filter.name_space, filter.policy, verdict}));
    while (true) {
      ASSIGN_OR_RETURN(const bool more, query.Step());
      if (!more) break;
      model::Assessment assessment;
      assessment.workload = ReadWorkload(session_, query, 0);
      assessment.policy = query.Text(6);
      assessment.verdict = static_cast<model::Verdict>(query.Int(7));
      assessment.time = query.Time(8);
      ASSIGN_OR_RETURN(assessment.containers, FromDocument(query.Text(9)));
      found.push_back({query.Int(5), std::move(assessment)});
    }
  }
  std::vector<model::Assessment> assessments;
  assessments.reserve(found.size());
  for (Found& one : found) {
    RETURN_IF_ERROR(ReadEvidence(one.row, one.assessment));
    assessments.push_back(std::move(one.assessment));
  }
  return assessments;
}

Status SqliteAssessments::ReadEvidence(int64_t row, model::Assessment& assessment) const {
  ASSIGN_OR_RETURN(Query query, session_.database.Start(
                                    "SELECT e.container, e.suppressed, e.finding, r.value, t.value "
                                    "FROM evidence e JOIN text r ON r.id = e.rule "
                                    "JOIN text t ON t.id = e.reason WHERE e.assessment = ? "
                                    "ORDER BY e.container, e.suppressed, e.ordinal",
                                    {row}));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return Ok();
    const auto container = static_cast<size_t>(query.Int(0));
    if (container >= assessment.containers.size()) continue;
    const std::string id = HexEncode(query.Bytes(2));
    ASSIGN_OR_RETURN(std::optional<StoredFinding> stored, findings_.Get(id));
    if (!stored) stored.emplace().finding.id = id;
    auto finding = std::make_shared<const model::Finding>(std::move(stored->finding));
    if (query.Int(1) != 0) {
      assessment.containers[container].suppressions.push_back(
          {std::move(finding), query.Text(3), query.Text(4)});
    } else {
      assessment.containers[container].violations.push_back(
          {std::move(finding), query.Text(3), query.Text(4)});
    }
  }
}

Result<std::vector<FindingUse>> SqliteAssessments::UsesOf(std::string_view image_digest,
                                                          std::string_view finding) const {
  const std::string identity = IdentityBytes(finding).value_or("");
  ASSIGN_OR_RETURN(
      Query query,
      session_.database.Start(
          "SELECT w.namespace, w.api_version, w.kind, w.name, w.uid, a.policy, a.verdict, "
          "min(e.suppressed), r.value, t.value FROM assessment_image i "
          "JOIN assessment a ON a.id = i.assessment JOIN workload w ON w.id = a.workload "
          "LEFT JOIN evidence e ON e.assessment = a.id AND e.finding = ?3 "
          "LEFT JOIN text r ON r.id = e.rule LEFT JOIN text t ON t.id = e.reason "
          "WHERE i.digest = ?1 AND w.cluster = ?2 GROUP BY a.id "
          "ORDER BY w.namespace, w.kind, w.name, w.uid, a.policy",
          {image_digest, session_.cluster, Blob{identity}}));
  std::vector<FindingUse> uses;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return uses;
    FindingUse use;
    use.workload = ReadWorkload(session_, query, 0);
    use.policy = query.Text(5);
    use.verdict = static_cast<model::Verdict>(query.Int(6));
    if (!query.IsNull(7)) {
      use.standing =
          query.Int(7) != 0 ? FindingUse::Standing::kSuppressed : FindingUse::Standing::kViolates;
    }
    use.rule = query.Text(8);
    use.reason = query.Text(9);
    uses.push_back(std::move(use));
  }
}

Result<std::vector<VerdictTransition>> SqliteAssessments::Transitions(
    const model::WorkloadRef& workload, std::string_view policy, size_t most) const {
  std::vector<VerdictTransition> transitions;
  ASSIGN_OR_RETURN(const std::optional<int64_t> row, FindWorkload(session_, workload));
  if (!row) return transitions;
  ASSIGN_OR_RETURN(Query query,
                   session_.database.Start("SELECT before, after, time FROM transition WHERE "
                                           "workload = ? AND policy = ? ORDER BY id DESC LIMIT ?",
                                           {*row, policy, static_cast<int64_t>(most)}));
  while (true) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return transitions;
    transitions.push_back({workload, std::string(policy), OptionalVerdict(query, 0),
                           OptionalVerdict(query, 1), query.Time(2)});
  }
}

Result<std::vector<VerdictTransition>> SqliteAssessments::RecentTransitions(size_t most) const {
  ASSIGN_OR_RETURN(
      Query query,
      session_.database.Start(
          "SELECT w.namespace, w.api_version, w.kind, w.name, w.uid, t.policy, t.before, t.after, "
          "t.time FROM transition t JOIN workload w ON w.id = t.workload WHERE w.cluster = ? "
          "ORDER BY t.id DESC LIMIT ?",
          {session_.cluster, static_cast<int64_t>(most)}));
  std::vector<VerdictTransition> transitions;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, query.Step());
    if (!more) return transitions;
    transitions.push_back({ReadWorkload(session_, query, 0), query.Text(5),
                           OptionalVerdict(query, 6), OptionalVerdict(query, 7), query.Time(8)});
  }
}

Result<bool> SqliteAssessments::Put(const model::Assessment& assessment) {
  return Noted(session_, Write(assessment));
}

Result<bool> SqliteAssessments::Write(const model::Assessment& assessment) {
  const std::string containers = ToDocument(assessment.containers);
  const std::string content = ContentOf(assessment, containers);
  ASSIGN_OR_RETURN(const int64_t workload, InternWorkload(session_, assessment.workload));
  std::optional<int64_t> row;
  std::optional<model::Verdict> before;
  bool repeated = false;
  {
    ASSIGN_OR_RETURN(Query query,
                     session_.database.Start("SELECT id, verdict, content FROM assessment "
                                             "WHERE workload = ? AND policy = ?",
                                             {workload, assessment.policy}));
    ASSIGN_OR_RETURN(const bool found, query.Step());
    if (found) {
      row = query.Int(0);
      before = OptionalVerdict(query, 1);
      repeated = query.Bytes(2) == content;
    }
  }
  const auto verdict = static_cast<int64_t>(assessment.verdict);
  if (repeated) {
    RETURN_IF_ERROR(session_.database.Run("UPDATE assessment SET time = ? WHERE id = ?",
                                          {Bind(assessment.time), *row}));
    return false;
  }
  if (row) {
    RETURN_IF_ERROR(session_.database.Run(
        "UPDATE assessment SET verdict = ?, time = ?, content = ?, containers = ? WHERE id = ?",
        {verdict, Bind(assessment.time), Blob{content}, containers, *row}));
    RETURN_IF_ERROR(session_.database.Run("DELETE FROM evidence WHERE assessment = ?", {*row}));
    RETURN_IF_ERROR(
        session_.database.Run("DELETE FROM assessment_image WHERE assessment = ?", {*row}));
  } else {
    RETURN_IF_ERROR(session_.database.Run(
        "INSERT INTO assessment (workload, policy, verdict, time, content, containers) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        {workload, assessment.policy, verdict, Bind(assessment.time), Blob{content}, containers}));
    row = session_.database.LastInsertId();
  }
  RETURN_IF_ERROR(WriteImages(*row, assessment));
  RETURN_IF_ERROR(WriteEvidence(*row, assessment));
  RETURN_IF_ERROR(AppendChange(session_, ChangeKind::kAssessment,
                               ChangeKey(assessment.workload, assessment.policy)));
  if (before == assessment.verdict) return false;
  RETURN_IF_ERROR(
      AddTransition(workload, assessment.policy, before, assessment.verdict, assessment.time));
  return true;
}

Status SqliteAssessments::WriteImages(int64_t row, const model::Assessment& assessment) {
  for (const auto& container : assessment.containers) {
    if (container.image_digest.empty()) continue;
    RETURN_IF_ERROR(session_.database.Run(
        "INSERT OR IGNORE INTO assessment_image (digest, assessment) VALUES (?, ?)",
        {container.image_digest, row}));
  }
  return Ok();
}

Status SqliteAssessments::WriteEvidence(int64_t row, const model::Assessment& assessment) {
  int64_t container = 0;
  for (const auto& part : assessment.containers) {
    int64_t ordinal = 0;
    for (const auto& violation : part.violations) {
      RETURN_IF_ERROR(WriteOneEvidence(row, container, false, ordinal++, violation.finding->id,
                                       violation.rule, violation.reason));
    }
    for (const auto& suppression : part.suppressions) {
      RETURN_IF_ERROR(WriteOneEvidence(row, container, true, ordinal++, suppression.finding->id,
                                       suppression.by, suppression.reason));
    }
    ++container;
  }
  return Ok();
}

Status SqliteAssessments::WriteOneEvidence(int64_t row, int64_t container, bool suppressed,
                                           int64_t ordinal, const std::string& finding,
                                           const std::string& rule, const std::string& reason) {
  const std::optional<std::string> identity = IdentityBytes(finding);
  if (!identity)
    return InvalidArgument("finding " + Printable(finding, 64) + " has no stable identity");
  ASSIGN_OR_RETURN(const int64_t rule_row, InternText(session_, rule));
  ASSIGN_OR_RETURN(const int64_t reason_row, InternText(session_, reason));
  return session_.database.Run(
      "INSERT INTO evidence (assessment, container, suppressed, ordinal, finding, rule, reason) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)",
      {row, container, static_cast<int64_t>(suppressed), ordinal, Blob{*identity}, rule_row,
       reason_row});
}

Status SqliteAssessments::Remove(const model::WorkloadRef& workload, std::string_view policy) {
  return Noted(session_, Erase(workload, policy));
}

Status SqliteAssessments::Erase(const model::WorkloadRef& workload, std::string_view policy) {
  ASSIGN_OR_RETURN(const std::optional<int64_t> row, FindWorkload(session_, workload));
  if (!row) return Ok();
  ASSIGN_OR_RETURN(
      const std::optional<int64_t> before,
      session_.database.One("SELECT verdict FROM assessment WHERE workload = ? AND policy = ?",
                            {*row, policy}));
  if (!before) return Ok();
  RETURN_IF_ERROR(session_.database.Run("DELETE FROM assessment WHERE workload = ? AND policy = ?",
                                        {*row, policy}));
  RETURN_IF_ERROR(AddTransition(*row, policy, static_cast<model::Verdict>(*before), std::nullopt,
                                session_.now));
  return AppendChange(session_, ChangeKind::kAssessment, ChangeKey(workload, policy));
}

Status SqliteAssessments::AddTransition(int64_t workload, std::string_view policy,
                                        std::optional<model::Verdict> from,
                                        std::optional<model::Verdict> to, TimePoint time) {
  return session_.database.Run(
      "INSERT INTO transition (workload, policy, before, after, time) VALUES (?, ?, ?, ?, ?)",
      {workload, policy, BindVerdict(from), BindVerdict(to), Bind(time)});
}

}  // namespace narrows::storage
