#include "findings/rights/escalation.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <set>

#include "findings/rights/opening.h"

namespace narrows::findings::rights {
namespace {

using Where = Target::Kind;
using SubjectKind = model::RbacSubject::Kind;

constexpr size_t kNowhere = std::numeric_limits<size_t>::max();
constexpr size_t kAdminVertex = 0;

std::string Describe(const Target& target) {
  const std::string where =
      target.name_space.empty() ? "any namespace" : "namespace " + target.name_space;
  switch (target.kind) {
    case Where::kAdmin:
      return "cluster-admin";
    case Where::kSubject:
      return target.subject.ToString();
    case Where::kAccountsOf:
      return "every service account of " + where;
    case Where::kPodsOf:
      return "the service account of every pod in " + where;
    case Where::kTokensOf:
      return "every service account with a token Secret in " + where;
    case Where::kUsers:
      return "every user";
    case Where::kAnybody:
      return "every user, group and service account";
    case Where::kNode:
      return "root of a node";
  }
  return {};
}

}  // namespace

class EscalationGraph::Implementation {
 public:
  Implementation(const ClusterPicture& picture, const Authorizer& authorizer)
      : picture_(picture), authorizer_(authorizer), finder_(picture, authorizer) {
    CollectSubjects();
    VertexOf({Where::kAdmin, "", {}});
    for (const model::RbacSubject& subject : subjects_) VertexOf({Where::kSubject, "", subject});
    AddSets();
    for (const model::RbacSubject& subject : subjects_) {
      const size_t from = VertexOf({Where::kSubject, "", subject});
      for (Opening& opening : finder_.OpeningsOf(subject)) {
        const size_t to = VertexOf(opening.target);
        AddEdge(from, to, 1, std::move(opening));
      }
    }
    AddNode();
    Measure();
  }

  const std::vector<model::RbacSubject>& subjects() const { return subjects_; }

  std::optional<std::vector<Step>> PathToAdmin(const model::RbacSubject& subject) const {
    const auto found = index_.find({Where::kSubject, "", subject});
    std::vector<Step> steps;
    size_t at = kNowhere;
    if (found != index_.end()) {
      at = found->second;
    } else {
      at = FirstStepOfUnknown(subject, &steps);
    }
    if (at == kNowhere || distance_[at] == kNowhere) return std::nullopt;
    while (at != kAdminVertex) {
      const Edge& edge = edges_[next_[at]];
      size_t to = edge.to;
      if (edge.opening) {
        // A set of accounts stands for the one that the way goes on from.
        while (to != kAdminVertex && !edges_[next_[to]].opening) to = edges_[next_[to]].to;
        steps.push_back(MakeStep(vertices_[at], *edge.opening, Describe(vertices_[to])));
      }
      at = to;
    }
    return steps;
  }

  std::vector<Step> StepsFrom(const model::RbacSubject& subject) const {
    std::vector<Step> steps;
    const Target from{Where::kSubject, "", subject};
    for (const Opening& opening : finder_.OpeningsOf(subject)) {
      steps.push_back(MakeStep(from, opening, Describe(opening.target)));
    }
    return steps;
  }

 private:
  struct Edge {
    size_t from = 0;
    size_t to = 0;
    size_t cost = 0;
    std::optional<Opening> opening;  // none: from a set to what is in it
  };

  void CollectSubjects() {
    std::set<model::RbacSubject> subjects;
    for (const model::RoleBinding& binding : picture_.rbac.bindings) {
      for (const model::RbacSubject& subject : binding.subjects) {
        subjects.insert(subject.kind == SubjectKind::kUser ? SubjectOfUser(subject.name) : subject);
      }
    }
    for (const model::ServiceAccount& account : picture_.accounts) {
      subjects.insert({SubjectKind::kServiceAccount, account.name_space, account.name});
    }
    subjects.insert({SubjectKind::kGroup, "", std::string(kMasters)});
    subjects_.assign(subjects.begin(), subjects.end());
  }

  size_t VertexOf(const Target& target) {
    const auto [entry, added] = index_.emplace(target, vertices_.size());
    if (added) {
      vertices_.push_back(target);
      into_.emplace_back();
    }
    return entry->second;
  }

  void AddEdge(size_t from, size_t to, size_t cost, std::optional<Opening> opening) {
    into_[to].push_back(edges_.size());
    edges_.push_back({from, to, cost, std::move(opening)});
  }

  void AddMember(Where kind, const std::string& name_space, const model::RbacSubject& subject) {
    AddEdge(VertexOf({kind, name_space, {}}), VertexOf({Where::kSubject, "", subject}), 0, {});
  }

  // From each set to its parts, down to the subjects.
  void AddSets() {
    std::set<std::pair<Where, std::string>> parts;
    const auto add = [&](Where kind, const std::string& name_space, const std::string& account) {
      AddMember(kind, name_space, {SubjectKind::kServiceAccount, name_space, account});
      parts.emplace(kind, name_space);
    };
    for (const model::ServiceAccount& account : picture_.accounts) {
      add(Where::kAccountsOf, account.name_space, account.name);
      if (!account.secrets.empty()) add(Where::kTokensOf, account.name_space, account.name);
    }
    std::set<std::pair<std::string, std::string>> used;
    for (const AccountUse& use : picture_.pods) used.emplace(use.name_space, use.account);
    for (const auto& [name_space, account] : used) add(Where::kPodsOf, name_space, account);
    for (const auto& [kind, name_space] : parts) {
      AddEdge(VertexOf({kind, "", {}}), VertexOf({kind, name_space, {}}), 0, {});
    }
    for (const model::RbacSubject& subject : subjects_) {
      if (subject.kind == SubjectKind::kUser) AddMember(Where::kUsers, "", subject);
      if (subject.name != kMasters) AddMember(Where::kAnybody, "", subject);
    }
  }

  void AddNode() {
    const size_t node = VertexOf({Where::kNode, "", {}});
    const Target pods{Where::kPodsOf, "", {}};
    AddEdge(node, VertexOf(pods), 1, Opening{Technique::kNodeTokens, pods, "", {}});
    if (picture_.control_plane_nodes.empty()) return;
    const Target admin{Where::kAdmin, "", {}};
    AddEdge(node, kAdminVertex, 1, Opening{Technique::kControlPlaneNode, admin, "", {}});
  }

  // Steps to cluster-admin from everywhere, backwards: breadth first, what costs nothing before.
  void Measure() {
    distance_.assign(vertices_.size(), kNowhere);
    next_.assign(vertices_.size(), kNowhere);
    distance_[kAdminVertex] = 0;
    std::deque<size_t> open{kAdminVertex};
    std::vector<bool> done(vertices_.size());
    while (!open.empty()) {
      const size_t at = open.front();
      open.pop_front();
      if (done[at]) continue;
      done[at] = true;
      for (const size_t number : into_[at]) {
        const Edge& edge = edges_[number];
        const size_t distance = distance_[at] + edge.cost;
        if (distance >= distance_[edge.from]) continue;
        distance_[edge.from] = distance;
        next_[edge.from] = number;
        edge.cost == 0 ? open.push_front(edge.from) : open.push_back(edge.from);
      }
    }
  }

  // Of a subject that is no vertex: its best first step, and where that leads.
  size_t FirstStepOfUnknown(const model::RbacSubject& subject, std::vector<Step>* steps) const {
    size_t best = kNowhere;
    std::optional<Opening> first;
    for (Opening& opening : finder_.OpeningsOf(subject)) {
      const auto found = index_.find(opening.target);
      if (found == index_.end() || distance_[found->second] == kNowhere) continue;
      if (best != kNowhere && distance_[found->second] >= distance_[best]) continue;
      best = found->second;
      first = std::move(opening);
    }
    if (!first) return kNowhere;
    while (best != kAdminVertex && !edges_[next_[best]].opening) best = edges_[next_[best]].to;
    steps->push_back(MakeStep({Where::kSubject, "", subject}, *first, Describe(vertices_[best])));
    return best;
  }

  Step MakeStep(const Target& from, const Opening& opening, std::string to) const {
    Step step{Describe(from), std::move(to), opening.technique, {}};
    if (from.kind != Where::kSubject) return step;
    const Identity identity = IdentityOf(from.subject);
    for (const NamedCapability& need : opening.needs) {
      for (AccessRequest request : RequestsFor(need.capability)) {
        if (IsNamespaced(need.capability)) request.name_space = opening.scope;
        request.name = need.name;
        const auto grant = authorizer_.Authorize(identity, request);
        if (!grant) continue;
        step.needs.push_back({std::move(request), *grant});
        break;
      }
    }
    return step;
  }

  const ClusterPicture& picture_;
  const Authorizer& authorizer_;
  const OpeningFinder finder_;
  std::vector<model::RbacSubject> subjects_;
  std::vector<Target> vertices_;
  std::map<Target, size_t> index_;
  std::vector<Edge> edges_;
  std::vector<std::vector<size_t>> into_;  // edges, by the vertex they lead to
  std::vector<size_t> distance_;
  std::vector<size_t> next_;  // the edge to take
};

EscalationGraph::EscalationGraph(const ClusterPicture& picture, const Authorizer& authorizer)
    : implementation_(std::make_unique<Implementation>(picture, authorizer)) {}
EscalationGraph::~EscalationGraph() = default;

const std::vector<model::RbacSubject>& EscalationGraph::subjects() const {
  return implementation_->subjects();
}

std::optional<std::vector<Step>> EscalationGraph::PathToAdmin(
    const model::RbacSubject& subject) const {
  return implementation_->PathToAdmin(subject);
}

std::vector<Step> EscalationGraph::StepsFrom(const model::RbacSubject& subject) const {
  return implementation_->StepsFrom(subject);
}

}  // namespace narrows::findings::rights
