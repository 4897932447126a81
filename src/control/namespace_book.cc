#include "control/namespace_book.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "response/quarantine/record.h"
#include "response/quarantine/units.h"

namespace narrows::control {
namespace {

// A quarantine, a release or an expiry is remembered of some workload of the namespace.
bool Remembers(const NamespacePicture& picture, const std::vector<assessment::Policy>& policies) {
  const std::string prefix = picture.name_space.name + "/";
  return std::any_of(picture.network_policies.begin(), picture.network_policies.end(),
                     [](const model::NetworkPolicy& policy) {
                       return policy.annotations.contains(response::quarantine::kRecordsAnnotation);
                     }) ||
         std::any_of(policies.begin(), policies.end(), [&](const assessment::Policy& policy) {
           return std::any_of(policy.waivers.begin(), policy.waivers.end(),
                              [&](const assessment::Waiver& waiver) {
                                return waiver.workload.starts_with(prefix);
                              });
         });
}

}  // namespace

NamespacePicture TakePicture(const inventory::cluster::ClusterInventory& inventory,
                             const model::Namespace& name_space,
                             const std::vector<assessment::Policy>& policies) {
  NamespacePicture picture;
  picture.name_space = name_space;
  for (model::Workload& workload : inventory.ListWorkloads(name_space.name)) {
    std::vector<model::Workload> parts =
        response::quarantine::SeparateDetached(std::move(workload));
    std::move(parts.begin(), parts.end(), std::back_inserter(picture.workloads));
  }
  picture.network_policies = inventory.NetworkPolicies(name_space.name);
  picture.services = inventory.Services(name_space.name);
  // A workload between two pods is not gone, and what is known of it stays.
  if (Remembers(picture, policies)) picture.controllers = inventory.Controllers(name_space.name);
  return picture;
}

NamespaceBook::Update NamespaceBook::Apply(const Work& work,
                                           const std::vector<assessment::Policy>& policies,
                                           TimePoint now) {
  Update update;
  std::set<std::string> there;
  for (const model::Namespace& name_space : inventory_.Namespaces()) {
    const std::string& name = name_space.name;
    there.insert(name);
    const auto known = judgements_.find(name);
    bool due = work.everything || work.namespaces.contains(name) || known == judgements_.end();
    for (const std::string& image : work.images) due = due || known->second.images.contains(image);
    if (!due) continue;
    Judgement judgement =
        Judge(TakePicture(inventory_, name_space, policies), policies, knowledge_, now);
    Thin(judgement);
    const auto [it, added] = judgements_.insert_or_assign(name, std::move(judgement));
    update.judged.push_back(&it->second);
  }
  std::erase_if(judgements_, [&](const auto& item) {
    if (there.contains(item.first)) return false;
    update.gone.push_back(item.first);
    return true;
  });
  return update;
}

std::vector<std::string> NamespaceBook::Images() const {
  std::set<std::string> images;
  for (const auto& [name, judgement] : judgements_)
    images.insert(judgement.images.begin(), judgement.images.end());
  return {images.begin(), images.end()};
}

void WholePicture::Add(const Judgement& judgement) {
  const NamespacePicture& picture = judgement.picture;
  picture_.assessments.Add(judgement.assessments);
  picture_.namespaces.Add({&picture.name_space, 1});
  picture_.workloads.Add(picture.workloads);
  picture_.idle_workloads.Add(picture.controllers);
  picture_.network_policies.Add(picture.network_policies);
  picture_.services.Add(picture.services);
}

response::Situation WholePicture::SituationFor(std::string_view cluster,
                                               std::string_view own_namespace,
                                               const std::vector<assessment::Policy>& policies,
                                               const std::vector<std::string>& unreadable) const {
  response::Situation situation = picture_;
  situation.cluster = cluster;
  situation.own_namespace = own_namespace;
  situation.policies = policies;
  situation.unreadable_policies = unreadable;
  return situation;
}

}  // namespace narrows::control
