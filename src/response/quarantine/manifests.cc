#include "response/quarantine/manifests.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/sha256.h"
#include "kubernetes/resource_types.h"

namespace narrows::response::quarantine {
namespace {

namespace json = boost::json;

constexpr std::string_view kSpecAnnotation =
    "narrows.goharbor.io/spec";  // a digest of what we wrote
// The records must leave room for other annotations (256 KiB in all); pods carry theirs anyway.
constexpr size_t kMostRecordBytes = 128 << 10;

json::object QuarantineLabels() {
  return {{kControllerLabel, kControllerValue}, {kInspectionLabel, kInspectionValue}};
}

json::value RecordsValue(const std::vector<QuarantineRecord>& records) {
  if (records.empty()) return nullptr;
  return json::string(RecordsText(records));
}

json::object SelectorJson(const model::LabelSelector& selector) {
  json::object object;
  if (!selector.match_labels.empty()) {
    json::object labels;
    for (const auto& [key, value] : selector.match_labels) labels[key] = value;
    object["matchLabels"] = std::move(labels);
  }
  json::array expressions;
  for (const auto& expression : selector.match_expressions) {
    json::object entry = {{"key", expression.key}, {"operator", ToString(expression.op)}};
    if (!expression.values.empty()) {
      entry["values"] = json::array(expression.values.begin(), expression.values.end());
    }
    expressions.push_back(std::move(entry));
  }
  if (!expressions.empty()) object["matchExpressions"] = std::move(expressions);
  return object;
}

json::object PeerJson(const model::NetworkPeer& peer) {
  json::object object;
  if (peer.pod_selector) object["podSelector"] = SelectorJson(*peer.pod_selector);
  if (peer.namespace_selector) object["namespaceSelector"] = SelectorJson(*peer.namespace_selector);
  if (!peer.cidr.empty()) {
    json::object block = {{"cidr", peer.cidr}};
    if (!peer.except.empty()) block["except"] = json::array(peer.except.begin(), peer.except.end());
    object["ipBlock"] = std::move(block);
  }
  return object;
}

// The cluster's DNS as kube-dns and CoreDNS are labelled everywhere.
model::NetworkPeer DnsPeer() {
  model::NetworkPeer peer;
  peer.namespace_selector =
      model::LabelSelector{{{"kubernetes.io/metadata.name", "kube-system"}}, {}};
  peer.pod_selector = model::LabelSelector{{{"k8s-app", "kube-dns"}}, {}};
  return peer;
}

json::object AllowSpec(std::string_view allow_key, const assessment::AllowList& allow) {
  json::array peers;
  for (const model::NetworkPeer& peer : allow.peers) peers.push_back(PeerJson(peer));
  json::array ingress;
  json::array egress;
  if (allow.dns) {
    egress.push_back({{"to", json::array{PeerJson(DnsPeer())}},
                      {"ports", json::array{{{"protocol", "UDP"}, {"port", 53}},
                                            {{"protocol", "TCP"}, {"port", 53}}}}});
  }
  if (!peers.empty()) {
    ingress.push_back(json::object{{"from", peers}});
    egress.push_back(json::object{{"to", peers}});
  }
  json::object labels = QuarantineLabels();
  labels[kAllowLabel] = allow_key;
  return {{"podSelector", {{"matchLabels", std::move(labels)}}},
          {"policyTypes", {"Ingress", "Egress"}},
          {"ingress", std::move(ingress)},
          {"egress", std::move(egress)}};
}

json::object AllowAnnotations(const json::object& spec) {
  return {{kManagedByAnnotation, kManagedByValue},
          {kRoleAnnotation, kAllowRole},
          {kSpecAnnotation, Sha256Hex(json::serialize(spec)).substr(0, 16)}};
}

json::object DenySpec() {
  return {{"podSelector", {{"matchLabels", QuarantineLabels()}}},
          {"policyTypes", {"Ingress", "Egress"}}};
}

json::object WholePolicy(std::string_view name, std::string_view name_space,
                         json::object annotations, json::object spec) {
  return {{"apiVersion", kubernetes::kNetworkPolicies.ApiVersion()},
          {"kind", "NetworkPolicy"},
          {"metadata",
           {{"name", name}, {"namespace", name_space}, {"annotations", std::move(annotations)}}},
          {"spec", std::move(spec)}};
}

}  // namespace

std::string RecordsText(const std::vector<QuarantineRecord>& records) {
  std::string text = FormatRecords(records);
  if (text.size() <= kMostRecordBytes) return text;
  std::vector<QuarantineRecord> sorted = records;
  std::stable_partition(sorted.begin(), sorted.end(),
                        [](const QuarantineRecord& record) { return !record.detach.empty(); });
  for (size_t most = sorted.size() / 2; text.size() > kMostRecordBytes; most /= 2) {
    sorted.resize(most);
    text = FormatRecords(sorted);
  }
  return text;
}

std::string DenyPolicyBody(std::string_view name_space,
                           const std::vector<QuarantineRecord>& records) {
  json::object annotations = {{kRoleAnnotation, kDenyAllRole},
                              {kVendorAnnotation, kVendorValue},
                              {kManagedByAnnotation, kManagedByValue}};
  if (!records.empty()) annotations[kRecordsAnnotation] = RecordsValue(records);
  return json::serialize(
      WholePolicy(DenyPolicyName(name_space), name_space, std::move(annotations), DenySpec()));
}

std::string DenyPolicyPatch(const std::vector<QuarantineRecord>& records, bool mend_spec) {
  json::object patch = {
      {"metadata", {{"annotations", {{kRecordsAnnotation, RecordsValue(records)}}}}}};
  if (mend_spec) {
    json::object spec = DenySpec();
    spec["ingress"] = nullptr;
    spec["egress"] = nullptr;
    spec["podSelector"].as_object()["matchExpressions"] = nullptr;
    patch["spec"] = std::move(spec);
  }
  return json::serialize(patch);
}

bool IsDenyAllSpec(const model::NetworkPolicy& policy) {
  const model::LabelSelector ours = {
      {{std::string(kControllerLabel), std::string(kControllerValue)},
       {std::string(kInspectionLabel), std::string(kInspectionValue)}},
      {}};
  return policy.pod_selector == ours && policy.governs_ingress && policy.governs_egress &&
         policy.ingress.empty() && policy.egress.empty();
}

std::string AllowPolicyBody(std::string_view name_space, std::string_view allow_key,
                            const assessment::AllowList& allow) {
  json::object spec = AllowSpec(allow_key, allow);
  json::object annotations = AllowAnnotations(spec);
  return json::serialize(
      WholePolicy(AllowPolicyName(allow_key), name_space, std::move(annotations), std::move(spec)));
}

std::string AllowPolicyPatch(std::string_view allow_key, const assessment::AllowList& allow) {
  json::object spec = AllowSpec(allow_key, allow);
  return json::serialize(json::object{{"metadata", {{"annotations", AllowAnnotations(spec)}}},
                                      {"spec", std::move(spec)}});
}

bool IsAllowPolicyOf(const model::NetworkPolicy& policy, std::string_view allow_key,
                     const assessment::AllowList& allow) {
  const auto digest = policy.annotations.find(kSpecAnnotation);
  const auto wanted = AllowAnnotations(AllowSpec(allow_key, allow));
  if (digest == policy.annotations.end() ||
      json::value(digest->second) != wanted.at(kSpecAnnotation)) {
    return false;
  }
  // Somebody may have added rules since.
  const size_t by_peers = allow.peers.empty() ? 0 : 1;
  return policy.ingress.size() == by_peers &&
         policy.egress.size() == by_peers + (allow.dns ? 1 : 0) &&
         (by_peers == 0 ||
          (policy.ingress[0].peers == allow.peers && policy.egress.back().peers == allow.peers)) &&
         (!allow.dns || policy.egress[0].peers == std::vector<model::NetworkPeer>{DnsPeer()});
}

}  // namespace narrows::response::quarantine
