#include "inventory/cluster/cluster_inventory.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/log.h"
#include "inventory/cluster/picture.h"
#include "kubernetes/objects.h"
#include "kubernetes/reflector.h"
#include "kubernetes/resource_types.h"

namespace narrows::inventory::cluster {
namespace {

using kubernetes::ObjectReader;
using kubernetes::ResourceType;

class Inventory;

// One type's way into the picture. Parses without the lock, which the calls of `inventory_` take.
class Feed : public kubernetes::ObjectSink {
 public:
  Feed(Inventory& inventory, const ResourceType& type, bool optional)
      : inventory_(inventory), type_(type), optional_(optional) {}

  void ListStarted() override { ++generation_; }
  void ListFinished() override;
  void Reached(const std::string& resource_version) override;
  void Trouble(const Error& error) override;
  void Recovered() override;

  const ResourceType& type() const { return type_; }
  bool optional() const { return optional_; }

 protected:
  // With the lock held.
  virtual void Sweep(Picture& picture, Picture::Changes* changes) = 0;

  Inventory& inventory_;
  const ResourceType& type_;
  const bool optional_;  // the work can be done without it
  ObjectReader reader_;
  uint32_t generation_ = 0;

 private:
  friend class Inventory;
  bool listed_ = false;  // guarded by the inventory's lock, as are the next two
  std::string trouble_;
  std::string version_;  // that the picture has reached
};

class Inventory final : public ClusterInventory {
 public:
  Inventory(kubernetes::ApiClient& client, ClusterInventoryOptions options);

  Status Run(const CallContext& context) override;
  Result<std::vector<std::string>> ListOnce(const CallContext& context) override;
  bool Synced() const override {
    const std::lock_guard lock(mutex_);
    return synced_;
  }
  std::vector<std::string> Troubles() const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> troubles;
    for (const auto& feed : feeds_) {
      if (!feed->trouble_.empty()) troubles.push_back(feed->type_.plural + ": " + feed->trouble_);
    }
    return troubles;
  }

  bool Shows(const ResourceType& type, std::string_view resource_version) const override {
    const std::lock_guard lock(mutex_);
    return std::all_of(feeds_.begin(), feeds_.end(), [&](const auto& feed) {
      return feed->type_.plural != type.plural ||
             kubernetes::ReachedVersion(feed->version_, resource_version);
    });
  }

  std::string ClusterId() const override { return Ask(&Picture::ClusterId); }
  std::vector<model::Namespace> Namespaces() const override { return Ask(&Picture::Namespaces); }
  std::optional<model::Namespace> FindNamespace(std::string_view name) const override {
    return Ask(&Picture::FindNamespace, name);
  }
  std::vector<model::Node> Nodes() const override { return Ask(&Picture::Nodes); }
  std::vector<model::Workload> ListWorkloads(std::string_view name_space) const override {
    return Ask(&Picture::ListWorkloads, name_space);
  }
  std::optional<model::Workload> FindWorkload(const model::WorkloadRef& ref) const override {
    return Ask(&Picture::FindWorkload, ref);
  }
  std::vector<model::Pod> PodsOfNamespace(std::string_view name_space) const override {
    return Ask(&Picture::PodsOfNamespace, name_space);
  }
  std::optional<model::Pod> FindPod(std::string_view name_space,
                                    std::string_view name) const override {
    return Ask(&Picture::FindPod, name_space, name);
  }
  size_t PodCount() const override { return Ask(&Picture::PodCount); }
  std::vector<model::WorkloadRef> Controllers(std::string_view name_space) const override {
    return Ask(&Picture::Controllers, name_space);
  }
  std::vector<model::Service> Services(std::string_view name_space) const override {
    return Ask(&Picture::Services, name_space);
  }
  std::vector<model::NetworkPolicy> NetworkPolicies(std::string_view name_space) const override {
    return Ask(&Picture::NetworkPolicies, name_space);
  }

  // Runs `edit(picture, synced, &changes)` under the lock, then tells of the changes.
  template <typename Edit>
  void Change(Edit edit) {
    Picture::Changes changes;
    bool tell = false;
    {
      const std::lock_guard lock(mutex_);
      edit(picture_, synced_, &changes);
      tell = synced_;
    }
    if (!tell || !options_.on_change) return;
    for (const InventoryChange& change : changes) options_.on_change(change);
  }

  // The feed needs no longer be waited for.
  void Settle(Feed* feed) {
    {
      const std::lock_guard lock(mutex_);
      feed->listed_ = true;
      changed_.notify_all();
      if (synced_ || !std::all_of(feeds_.begin(), feeds_.end(),
                                  [](const auto& each) { return each->listed_; })) {
        return;
      }
      synced_ = true;
    }
    if (options_.on_change) options_.on_change({.kind = ChangeKind::kSynced});
  }

  void SetVersion(Feed* feed, const std::string& version) {
    const std::lock_guard lock(mutex_);
    feed->version_ = version;
  }

  // One line in the log when the first feed gets into trouble, and one when the last is out of it.
  void SetTrouble(Feed* feed, std::string trouble) {
    const std::lock_guard lock(mutex_);
    const bool before = InTrouble();
    feed->trouble_ = std::move(trouble);
    const bool now = InTrouble();
    if (now && !before) {
      LogWarning("the inventory does not learn of changes, trying on",
                 {{"resource", feed->type().plural}, {"reason", feed->trouble_}});
    } else if (before && !now) {
      LogInfo("the inventory learns of changes again");
    }
  }

 private:
  template <typename R, typename... P, typename... A>
  R Ask(R (Picture::*question)(P...) const, A&&... arguments) const {
    const std::lock_guard lock(mutex_);
    return (picture_.*question)(std::forward<A>(arguments)...);
  }

  Status WaitListed(const Feed& feed, const CallContext& context) const {
    std::unique_lock lock(mutex_);
    const auto listed = [&] { return feed.listed_; };
    while (!listed()) {
      RETURN_IF_ERROR(context.Check());
      changed_.wait_for(lock, context.stop, context.Remaining() + std::chrono::milliseconds(1),
                        listed);
    }
    return Ok();
  }

  bool InTrouble() const {
    return std::any_of(feeds_.begin(), feeds_.end(),
                       [](const auto& feed) { return !feed->trouble_.empty(); });
  }

  kubernetes::ApiClient& client_;
  const ClusterInventoryOptions options_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  Picture picture_;                           // guarded by mutex_, as is synced_
  bool synced_ = false;                       // all feeds have settled
  std::vector<std::unique_ptr<Feed>> feeds_;  // namespaces first
};

void Feed::ListFinished() {
  inventory_.Change(
      [&](Picture& picture, bool, Picture::Changes* changes) { Sweep(picture, changes); });
  inventory_.Settle(this);
}

void Feed::Reached(const std::string& resource_version) {
  inventory_.SetVersion(this, resource_version);
}

void Feed::Trouble(const Error& error) {
  inventory_.SetTrouble(this, error.message);
  const bool never =
      error.code == ErrorCode::kPermissionDenied || error.code == ErrorCode::kNotFound;
  if (optional_ && never) inventory_.Settle(this);
}

void Feed::Recovered() { inventory_.SetTrouble(this, ""); }

class NamespaceFeed final : public Feed {
 public:
  using Feed::Feed;
  Status Upsert(std::string_view object) override {
    ASSIGN_OR_RETURN(auto entry, reader_.ReadNamespace(object));
    inventory_.Change([&](Picture& picture, bool, Picture::Changes* changes) {
      picture.UpsertNamespace(std::move(entry), generation_, changes);
    });
    return Ok();
  }
  Status Deleted(std::string_view object) override {
    ASSIGN_OR_RETURN(const auto meta, reader_.ReadMeta(object));
    inventory_.Change([&](Picture& picture, bool, Picture::Changes* changes) {
      picture.RemoveNamespace(meta.name, changes);
    });
    return Ok();
  }

 private:
  void Sweep(Picture& picture, Picture::Changes* changes) override {
    picture.SweepNamespaces(generation_, changes);
  }
};

class NodeFeed final : public Feed {
 public:
  using Feed::Feed;
  Status Upsert(std::string_view object) override {
    ASSIGN_OR_RETURN(auto node, reader_.ReadNode(object));
    inventory_.Change([&](Picture& picture, bool, Picture::Changes* changes) {
      picture.UpsertNode(std::move(node), generation_, changes);
    });
    return Ok();
  }
  Status Deleted(std::string_view object) override {
    ASSIGN_OR_RETURN(const auto meta, reader_.ReadMeta(object));
    inventory_.Change([&](Picture& picture, bool, Picture::Changes* changes) {
      picture.RemoveNode(meta.name, changes);
    });
    return Ok();
  }

 private:
  void Sweep(Picture& picture, Picture::Changes* changes) override {
    picture.SweepNodes(generation_, changes);
  }
};

class PodFeed final : public Feed {
 public:
  using Feed::Feed;
  Status Upsert(std::string_view object) override {
    ASSIGN_OR_RETURN(auto pod, reader_.ReadPod(object));
    inventory_.Change([&](Picture& picture, bool, Picture::Changes* changes) {
      picture.UpsertPod(std::move(pod), generation_, changes);
    });
    return Ok();
  }
  Status Deleted(std::string_view object) override {
    ASSIGN_OR_RETURN(const auto meta, reader_.ReadMeta(object));
    inventory_.Change([&](Picture& picture, bool, Picture::Changes* changes) {
      picture.RemovePod(meta.name_space, meta.name, changes);
    });
    return Ok();
  }

 private:
  void Sweep(Picture& picture, Picture::Changes* changes) override {
    picture.SweepPods(generation_, changes);
  }
};

class ServiceFeed final : public Feed {
 public:
  using Feed::Feed;
  Status Upsert(std::string_view object) override {
    ASSIGN_OR_RETURN(auto service, reader_.ReadService(object));
    inventory_.Change([&](Picture& picture, bool, Picture::Changes* changes) {
      picture.UpsertService(std::move(service), generation_, changes);
    });
    return Ok();
  }
  Status Deleted(std::string_view object) override {
    ASSIGN_OR_RETURN(const auto meta, reader_.ReadMeta(object));
    inventory_.Change([&](Picture& picture, bool, Picture::Changes* changes) {
      picture.RemoveService(meta.name_space, meta.name, changes);
    });
    return Ok();
  }

 private:
  void Sweep(Picture& picture, Picture::Changes* changes) override {
    picture.SweepServices(generation_, changes);
  }
};

class PolicyFeed final : public Feed {
 public:
  using Feed::Feed;
  Status Upsert(std::string_view object) override {
    ASSIGN_OR_RETURN(auto policy, reader_.ReadNetworkPolicy(object));
    inventory_.Change([&](Picture& picture, bool, Picture::Changes* changes) {
      picture.UpsertPolicy(std::move(policy), generation_, changes);
    });
    return Ok();
  }
  Status Deleted(std::string_view object) override {
    ASSIGN_OR_RETURN(const auto meta, reader_.ReadMeta(object));
    inventory_.Change([&](Picture& picture, bool, Picture::Changes* changes) {
      picture.RemovePolicy(meta.name_space, meta.name, changes);
    });
    return Ok();
  }

 private:
  void Sweep(Picture& picture, Picture::Changes* changes) override {
    picture.SweepPolicies(generation_, changes);
  }
};

class OwnerFeed final : public Feed {
 public:
  using Feed::Feed;
  Status Upsert(std::string_view object) override {
    ASSIGN_OR_RETURN(const auto meta, reader_.ReadMeta(object));
    inventory_.Change([&](Picture& picture, bool synced, Picture::Changes* changes) {
      picture.UpsertOwner(meta, type_, generation_, synced, changes);
    });
    return Ok();
  }
  Status Deleted(std::string_view object) override {
    ASSIGN_OR_RETURN(const auto meta, reader_.ReadMeta(object));
    inventory_.Change(
        [&](Picture& picture, bool, Picture::Changes*) { picture.RemoveOwner(meta.uid); });
    return Ok();
  }

 private:
  void Sweep(Picture& picture, Picture::Changes*) override {
    picture.SweepOwners(type_, generation_);
  }
};

Inventory::Inventory(kubernetes::ApiClient& client, ClusterInventoryOptions options)
    : client_(client), options_(std::move(options)) {
  feeds_.push_back(std::make_unique<NamespaceFeed>(*this, kubernetes::kNamespaces, false));
  feeds_.push_back(std::make_unique<NodeFeed>(*this, kubernetes::kNodes, true));
  for (const ResourceType* type :
       {&kubernetes::kDeployments, &kubernetes::kReplicaSets, &kubernetes::kStatefulSets,
        &kubernetes::kDaemonSets, &kubernetes::kJobs, &kubernetes::kCronJobs,
        &kubernetes::kReplicationControllers}) {
    feeds_.push_back(std::make_unique<OwnerFeed>(*this, *type, true));
  }
  feeds_.push_back(std::make_unique<ServiceFeed>(*this, kubernetes::kServices, false));
  feeds_.push_back(std::make_unique<PolicyFeed>(*this, kubernetes::kNetworkPolicies, false));
  feeds_.push_back(std::make_unique<PodFeed>(*this, kubernetes::kPods, false));
}

Status Inventory::Run(const CallContext& context) {
  std::vector<std::jthread> threads;
  const auto start = [&](Feed* feed) {
    threads.emplace_back([this, feed, &context] {
      // Returns only when the context ends.
      (void)kubernetes::RunReflector(client_, feed->type(), {}, context, *feed);
    });
  };
  // The cluster's id is a namespace's: whatever is told must carry it.
  start(feeds_.front().get());
  RETURN_IF_ERROR(WaitListed(*feeds_.front(), context));
  for (size_t i = 1; i < feeds_.size(); ++i) start(feeds_[i].get());
  threads.clear();
  return context.Check();
}

Result<std::vector<std::string>> Inventory::ListOnce(const CallContext& context) {
  std::vector<std::string> warnings;
  for (const auto& feed : feeds_) {
    const auto listed = kubernetes::ListOnce(client_, feed->type(), {}, context, *feed);
    if (listed.has_value()) continue;
    const bool required = feed->type().plural == "namespaces" || feed->type().plural == "pods" ||
                          listed.error().code != ErrorCode::kPermissionDenied;
    if (required) return listed.error().Within("listing " + feed->type().plural);
    warnings.push_back("the list of " + feed->type().plural +
                       " could not be read: " + listed.error().message);
    Settle(feed.get());
  }
  return warnings;
}

}  // namespace

std::string_view ToString(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kSynced:
      return "synced";
    case ChangeKind::kPodAdded:
      return "pod_added";
    case ChangeKind::kPodChanged:
      return "pod_changed";
    case ChangeKind::kPodRemoved:
      return "pod_removed";
    case ChangeKind::kNamespaceChanged:
      return "namespace_changed";
    case ChangeKind::kNamespaceRemoved:
      return "namespace_removed";
    case ChangeKind::kNodeChanged:
      return "node_changed";
    case ChangeKind::kServiceChanged:
      return "service_changed";
    case ChangeKind::kNetworkPolicyChanged:
      return "network_policy_changed";
  }
  return "";
}

std::unique_ptr<ClusterInventory> MakeClusterInventory(kubernetes::ApiClient& client,
                                                       ClusterInventoryOptions options) {
  return std::make_unique<Inventory>(client, std::move(options));
}

}  // namespace narrows::inventory::cluster
