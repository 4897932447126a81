#include "findings/vex/statements.h"

#include <set>
#include <tuple>
#include <utility>

#include "base/strings.h"

namespace narrows::findings::vex {
namespace {

using advisories::vex::Document;
using advisories::vex::Statement;

constexpr size_t kMostShown = 500;

bool SuppressesByStatus(advisories::vex::Status status) {
  return status == advisories::vex::Status::kNotAffected ||
         status == advisories::vex::Status::kFixed;
}

// One that speaks of the finding; the greatest holds.
struct Candidate {
  const Document* document;
  const Statement* statement;
  TimePoint time;  // of none: before all
  int specificity;

  bool IsOutweighedBy(const Candidate& other) const {
    const auto rank = [](const Candidate& c) { return std::tuple(c.time, c.specificity); };
    if (rank(*this) != rank(other)) return rank(*this) < rank(other);
    if (document == other.document) return statement < other.statement;
    return SuppressesByStatus(statement->status) && !SuppressesByStatus(other.statement->status);
  }
};

// The most specific of its products that is the subject; nothing where none is.
std::optional<int> Fit(const Document& document, const Statement& statement,
                       const Subject& subject) {
  std::optional<int> best;
  for (const uint32_t number : statement.products) {
    const advisories::vex::Product& product = document.products[number];
    const int specificity = Specificity(product);
    if (best && specificity <= *best) continue;
    if (Matches(product, subject)) best = specificity;
  }
  return best;
}

std::set<std::string> NamesOf(const model::Finding& finding) {
  const model::VulnerabilityDetail& detail = finding.vulnerability;
  std::set<std::string> names = {ToLower(detail.id), ToLower(detail.advisory)};
  for (const std::string& alias : detail.aliases) names.insert(ToLower(alias));
  return names;
}

model::VexStatement Shown(const std::string& source, const Document& document,
                          const Statement& statement) {
  model::VexStatement shown;
  shown.source = source;
  shown.document = Printable(document.id, kMostShown);
  shown.author = Printable(document.author, kMostShown);
  shown.status = ToString(statement.status);
  shown.justification = Printable(statement.justification, kMostShown);
  shown.impact = Printable(statement.impact, kMostShown);
  shown.time = document.TimeOf(statement);
  return shown;
}

}  // namespace

Statements::Statements(std::vector<SourcedDocument> documents) : documents_(std::move(documents)) {
  for (size_t d = 0; d < documents_.size(); ++d) {
    const std::vector<Statement>& statements = documents_[d].document->statements;
    for (size_t s = 0; s < statements.size(); ++s) {
      for (const std::string& name : statements[s].vulnerabilities)
        by_vulnerability_[ToLower(name)].push_back(
            {static_cast<uint32_t>(d), static_cast<uint32_t>(s)});
    }
  }
}

std::shared_ptr<const model::VexStatement> Statements::Find(const model::Finding& finding,
                                                            const Target& target) const {
  const auto* package = std::get_if<model::PackageSubject>(&finding.subject);
  if (package == nullptr) return nullptr;
  const Subject subject(package->package, target);
  std::optional<Candidate> best;
  const std::string* source = nullptr;
  for (const std::string& name : NamesOf(finding)) {
    const auto places = by_vulnerability_.find(name);
    if (places == by_vulnerability_.end()) continue;
    for (const auto& [d, s] : places->second) {
      const Document& document = *documents_[d].document;
      const Statement& statement = document.statements[s];
      const auto specificity = Fit(document, statement, subject);
      if (!specificity) continue;
      const Candidate candidate{&document, &statement,
                                document.TimeOf(statement).value_or(TimePoint::min()),
                                *specificity};
      if (best && !best->IsOutweighedBy(candidate)) continue;
      best = candidate;
      source = &documents_[d].source;
    }
  }
  if (!best) return nullptr;
  return std::make_shared<const model::VexStatement>(
      Shown(*source, *best->document, *best->statement));
}

Statements Join(const Statements& statements, const Statements* more) {
  std::vector<SourcedDocument> documents = statements.documents();
  if (more != nullptr)
    documents.insert(documents.end(), more->documents().begin(), more->documents().end());
  return Statements(std::move(documents));
}

bool Suppresses(const model::VexStatement& statement) {
  return statement.status == "not_affected" || statement.status == "fixed";
}

Sorted Apply(const Statements& statements, const model::StatedOfFindings& stated,
             const Target& target, std::vector<model::Finding> findings) {
  Sorted sorted;
  if (statements.empty() && stated.empty()) {
    sorted.kept = std::move(findings);
    return sorted;
  }
  for (model::Finding& finding : findings) {
    const auto elsewhere = stated.find(finding.id);
    auto statement = model::Newer(statements.Find(finding, target),
                                  elsewhere == stated.end() ? nullptr : elsewhere->second);
    if (statement && Suppresses(*statement)) {
      std::string reason = statement->ToString();
      sorted.suppressed.push_back({std::make_shared<const model::Finding>(std::move(finding)),
                                   "vex", std::move(reason), std::move(statement)});
    } else {
      sorted.kept.push_back(std::move(finding));
    }
  }
  return sorted;
}

}  // namespace narrows::findings::vex
