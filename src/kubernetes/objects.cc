#include "kubernetes/objects.h"

#include <utility>

#include "base/strings.h"
#include "kubernetes/object_fields.h"

namespace narrows::kubernetes {
namespace {

using namespace fields;  // NOLINT(google-build-using-namespace): this file's whole vocabulary

// One of spec's three lists, joined with status' list by the containers' names.
void AddContainers(const Value& spec, const Value& statuses, model::ContainerRole role,
                   std::vector<model::Container>* containers) {
  const size_t first = containers->size();
  ForEach(spec, [&](const Value& element) {
    containers->push_back(
        {.name = Text(element["name"]), .image = Text(element["image"]), .role = role});
  });
  ForEach(statuses, [&](const Value& status) {
    const std::string name = Text(status["name"]);
    for (size_t i = first; i < containers->size(); ++i) {
      model::Container& container = (*containers)[i];
      if (container.name != name) continue;
      container.image_id = Text(status["imageID"]);
      container.running = IsObject(status["state"]["running"]);
    }
  });
}

model::LabelSelector Selector(const Value& value) {
  using Operator = model::LabelRequirement::Operator;
  model::LabelSelector selector;
  selector.match_labels = Map(value["matchLabels"]);
  ForEach(value["matchExpressions"], [&](const Value& expression) {
    model::LabelRequirement requirement{.key = Text(expression["key"])};
    const std::string op = Text(expression["operator"]);
    for (const Operator known :
         {Operator::kIn, Operator::kNotIn, Operator::kExists, Operator::kDoesNotExist}) {
      if (op == model::ToString(known)) requirement.op = known;
    }
    ForEach(expression["values"],
            [&](const Value& entry) { requirement.values.push_back(Text(entry)); });
    selector.match_expressions.push_back(std::move(requirement));
  });
  return selector;
}

std::optional<model::LabelSelector> OptionalSelector(const Value& value) {
  if (!IsObject(value)) return std::nullopt;
  return Selector(value);
}

std::vector<model::NetworkRule> Rules(const Value& list, const char* peers_key) {
  std::vector<model::NetworkRule> rules;
  ForEach(list, [&](const Value& element) {
    model::NetworkRule rule;
    ForEach(element[peers_key], [&](const Value& entry) {
      model::NetworkPeer peer{.pod_selector = OptionalSelector(entry["podSelector"]),
                              .namespace_selector = OptionalSelector(entry["namespaceSelector"]),
                              .cidr = Text(entry["ipBlock"]["cidr"])};
      ForEach(entry["ipBlock"]["except"],
              [&](const Value& except) { peer.except.push_back(Text(except)); });
      rule.peers.push_back(std::move(peer));
    });
    ForEach(element["ports"], [&](const Value& entry) {
      rule.all_ports = false;
      model::NetworkPort port;
      if (const std::string protocol = Text(entry["protocol"]); !protocol.empty()) {
        port.protocol = protocol;
      }
      port.port = Number(entry["port"]);
      port.name = Text(entry["port"]);
      port.last = Number(entry["endPort"]);
      rule.ports.push_back(std::move(port));
    });
    rules.push_back(std::move(rule));
  });
  return rules;
}

model::NetworkPolicy Policy(const Value& document) {
  ObjectMeta meta = Meta(document);
  const Value spec = document["spec"];
  model::NetworkPolicy policy;
  policy.name_space = std::move(meta.name_space);
  policy.name = std::move(meta.name);
  policy.uid = std::move(meta.uid);
  policy.labels = std::move(meta.labels);
  policy.annotations = std::move(meta.annotations);
  policy.terminating = meta.deleting;
  policy.pod_selector = Selector(spec["podSelector"]);
  policy.ingress = Rules(spec["ingress"], "from");
  policy.egress = Rules(spec["egress"], "to");
  policy.governs_egress = !policy.egress.empty();
  bool first = true;
  ForEach(spec["policyTypes"], [&](const Value& type) {
    if (first) policy.governs_ingress = policy.governs_egress = false;
    first = false;
    const std::string name = Text(type);
    if (name == "Ingress") policy.governs_ingress = true;
    if (name == "Egress") policy.governs_egress = true;
  });
  return policy;
}

bool IsDecimal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<WatchEventType> EventType(std::string_view text) {
  if (text == "ADDED") return WatchEventType::kAdded;
  if (text == "MODIFIED") return WatchEventType::kModified;
  if (text == "DELETED") return WatchEventType::kDeleted;
  if (text == "BOOKMARK") return WatchEventType::kBookmark;
  return std::nullopt;
}

}  // namespace

bool IsOurAnnotation(std::string_view key) {
  const std::string_view domain = key.substr(0, key.find('/'));
  return domain.size() < key.size() &&
         (domain == "goharbor.io" || domain.ends_with(".goharbor.io"));
}

ObjectReader::ObjectReader() : buffers_(std::make_unique<Buffers>()) {}
ObjectReader::~ObjectReader() = default;

Result<ObjectMeta> ObjectReader::ReadMeta(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element document, buffers_->Parse(json, "object"));
  return Meta(Value(dom::element(document)));
}

Result<PodObject> ObjectReader::ReadPod(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, "Pod"));
  const Value document{dom::element(parsed)};
  const Value spec = document["spec"];
  const Value status = document["status"];
  PodObject pod{.meta = Meta(document),
                .node = Text(spec["nodeName"]),
                .phase = Text(status["phase"]),
                .ip = Text(status["podIP"]),
                .service_account = Text(spec["serviceAccountName"]),
                .host_network = Flag(spec["hostNetwork"])};
  ForEach(spec["imagePullSecrets"], [&](const Value& secret) {
    std::string name = Text(secret["name"]);
    if (!name.empty()) pod.pull_secrets.push_back(std::move(name));
  });
  using Role = model::ContainerRole;
  AddContainers(spec["containers"], status["containerStatuses"], Role::kMain, &pod.containers);
  AddContainers(spec["initContainers"], status["initContainerStatuses"], Role::kInit,
                &pod.containers);
  AddContainers(spec["ephemeralContainers"], status["ephemeralContainerStatuses"], Role::kEphemeral,
                &pod.containers);
  return pod;
}

Result<model::Namespace> ObjectReader::ReadNamespace(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, "Namespace"));
  const Value document{dom::element(parsed)};
  ObjectMeta meta = Meta(document);
  return model::Namespace{
      .name = std::move(meta.name),
      .uid = std::move(meta.uid),
      .labels = std::move(meta.labels),
      .terminating = meta.deleting || Text(document["status"]["phase"]) == "Terminating"};
}

Result<model::Node> ObjectReader::ReadNode(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, "Node"));
  const Value document{dom::element(parsed)};
  ObjectMeta meta = Meta(document);
  const Value about = document["status"]["nodeInfo"];
  return model::Node{.name = std::move(meta.name),
                     .uid = std::move(meta.uid),
                     .architecture = Text(about["architecture"]),
                     .os = Text(about["operatingSystem"]),
                     .kubelet_version = Text(about["kubeletVersion"]),
                     .container_runtime = Text(about["containerRuntimeVersion"]),
                     .labels = std::move(meta.labels)};
}

Result<model::Service> ObjectReader::ReadService(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, "Service"));
  const Value document{dom::element(parsed)};
  ObjectMeta meta = Meta(document);
  return model::Service{.name_space = std::move(meta.name_space),
                        .name = std::move(meta.name),
                        .selector = Map(document["spec"]["selector"])};
}

Result<model::NetworkPolicy> ObjectReader::ReadNetworkPolicy(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, "NetworkPolicy"));
  return Policy(Value(dom::element(parsed)));
}

bool ReachedVersion(std::string_view seen, std::string_view wanted) {
  if (!IsDecimal(seen) || !IsDecimal(wanted)) return true;
  return seen.size() != wanted.size() ? seen.size() > wanted.size() : seen >= wanted;
}

Result<WatchEvent> ObjectReader::ReadWatchEvent(std::string_view text) {
  const auto padded = buffers_->Pad(text);
  ondemand::document document;
  if (const auto error = buffers_->bulk.iterate(padded).get(document)) {
    return Malformed(error, "watch event");
  }
  std::string_view type;
  ondemand::object object;
  std::string_view raw;
  auto error = document["type"].get(type);
  const auto known = EventType(type);
  if (error == SUCCESS && !known) {
    return InvalidArgument("unknown watch event \"" + Printable(type) + '"');
  }
  if (error == SUCCESS) error = document["object"].get(object);
  if (error == SUCCESS) error = object.raw_json().get(raw);
  if (error != SUCCESS) return Malformed(error, "watch event");
  WatchEvent event{.type = *known};
  event.object = text.substr(static_cast<size_t>(raw.data() - buffers_->padded.data()), raw.size());

  // `raw` lies in the padded buffer, so what follows it may be read.
  const size_t room =
      buffers_->padded.capacity() - static_cast<size_t>(raw.data() - buffers_->padded.data());
  ondemand::document inner;
  error = buffers_->inner.iterate(raw.data(), raw.size(), room).get(inner);
  ondemand::object metadata;
  if (error == SUCCESS) error = inner["metadata"].get(metadata);
  std::string_view version;
  if (error == SUCCESS) error = metadata["resourceVersion"].get(version);
  if (error != SUCCESS) return Malformed(error, "watch event");
  event.resource_version = version;
  std::string_view end;
  event.initial_events_end =
      event.type == WatchEventType::kBookmark && metadata.reset().error() == SUCCESS &&
      metadata["annotations"]["k8s.io/initial-events-end"].get(end) == SUCCESS && end == "true";
  return event;
}

Result<ListPage> ObjectReader::ReadList(
    std::string_view list, const std::function<Status(std::string_view item)>& on_item) {
  ondemand::document document;
  if (const auto error = buffers_->bulk.iterate(buffers_->Pad(list)).get(document)) {
    return Malformed(error, "list");
  }
  ListPage page;
  ondemand::value items;
  auto error = document["items"].get(items);
  if (error != SUCCESS) return Malformed(error, "list");
  // A list without items may say null.
  bool none = false;
  if (const auto wrong = items.is_null().get(none)) return Malformed(wrong, "list");
  if (!none) {
    ondemand::array array;
    if (const auto wrong = items.get(array)) return Malformed(wrong, "list");
    for (auto element : array) {
      ondemand::object item;
      std::string_view raw;
      auto broken = element.get(item);
      if (broken == SUCCESS) broken = item.raw_json().get(raw);
      if (broken != SUCCESS) return Malformed(broken, "list");
      RETURN_IF_ERROR(on_item(raw));
    }
  }
  ondemand::object metadata;
  std::string_view text;
  document.rewind();
  error = document["metadata"].get(metadata);
  if (error == SUCCESS) error = metadata["resourceVersion"].get(text);
  if (error != SUCCESS) return Malformed(error, "list");
  page.resource_version = text;
  if (metadata["continue"].get(text) == SUCCESS) page.continue_token = text;
  return page;
}

}  // namespace narrows::kubernetes
