// The kinds of rbac.authorization.k8s.io/v1, and ServiceAccount.
#include "kubernetes/object_fields.h"
#include "kubernetes/objects.h"

namespace narrows::kubernetes {
namespace {

using namespace fields;  // NOLINT(google-build-using-namespace): this file's whole vocabulary

bool IsBuiltIn(const ObjectMeta& meta) {
  const auto label = meta.labels.find("kubernetes.io/bootstrapping");
  return label != meta.labels.end() && label->second == "rbac-defaults";
}

// In the order of the authorizer (pkg/registry/rbac/validation, appliesToUser), which compares
// kinds by their names alone.
std::optional<model::RbacSubject> Subject(const Value& entry, const std::string& binding_space) {
  using Kind = model::RbacSubject::Kind;
  const std::string kind = Text(entry["kind"]);
  std::string name = Text(entry["name"]);
  if (kind == "User") return model::RbacSubject{Kind::kUser, "", std::move(name)};
  if (kind == "Group") return model::RbacSubject{Kind::kGroup, "", std::move(name)};
  if (kind != "ServiceAccount") return std::nullopt;
  std::string name_space = Text(entry["namespace"]);
  if (name_space.empty()) name_space = binding_space;
  if (name_space.empty()) return std::nullopt;
  return model::RbacSubject{Kind::kServiceAccount, std::move(name_space), std::move(name)};
}

}  // namespace

Result<model::Role> ObjectReader::ReadRole(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, "role"));
  const Value document{dom::element(parsed)};
  ObjectMeta meta = Meta(document);
  model::Role role;
  role.built_in = IsBuiltIn(meta);
  role.aggregated = IsObject(document["aggregationRule"]);
  role.name_space = std::move(meta.name_space);
  role.name = std::move(meta.name);
  ForEach(document["rules"], [&](const Value& rule) {
    role.rules.push_back({.verbs = Texts(rule["verbs"]),
                          .api_groups = Texts(rule["apiGroups"]),
                          .resources = Texts(rule["resources"]),
                          .resource_names = Texts(rule["resourceNames"]),
                          .non_resource_urls = Texts(rule["nonResourceURLs"])});
  });
  return role;
}

Result<model::RoleBinding> ObjectReader::ReadRoleBinding(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, "role binding"));
  const Value document{dom::element(parsed)};
  ObjectMeta meta = Meta(document);
  model::RoleBinding binding;
  binding.built_in = IsBuiltIn(meta);
  binding.name_space = std::move(meta.name_space);
  binding.name = std::move(meta.name);
  binding.role_kind = Text(document["roleRef"]["kind"]);
  binding.role_name = Text(document["roleRef"]["name"]);
  ForEach(document["subjects"], [&](const Value& entry) {
    if (auto subject = Subject(entry, binding.name_space)) {
      binding.subjects.push_back(*std::move(subject));
    }
  });
  return binding;
}

Result<model::ServiceAccount> ObjectReader::ReadServiceAccount(std::string_view json) {
  ASSIGN_OR_RETURN(const dom::element parsed, buffers_->Parse(json, "ServiceAccount"));
  const Value document{dom::element(parsed)};
  ObjectMeta meta = Meta(document);
  model::ServiceAccount account;
  account.name_space = std::move(meta.name_space);
  account.name = std::move(meta.name);
  bool automount = true;
  if (document["automountServiceAccountToken"].get(automount) == SUCCESS) {
    account.automount = automount;
  }
  ForEach(document["secrets"],
          [&](const Value& secret) { account.secrets.push_back(Text(secret["name"])); });
  return account;
}

}  // namespace narrows::kubernetes
