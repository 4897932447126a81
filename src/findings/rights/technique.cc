#include "findings/rights/technique.h"

#include "base/check.h"

namespace narrows::findings::rights {
namespace {

using model::Severity;

TechniqueText MakeText(Technique technique) {
  switch (technique) {
    case Technique::kIsAdmin:
      return {
          "cluster-admin",
          "may do everything",
          "Every verb on every resource of the cluster is allowed.",
          "Bind a role that lists the verbs and resources which are used, and keep cluster-admin "
          "for a group of few people.",
          Severity::kHigh,
          {"T1078"}};
    case Technique::kImpersonateGroup:
      return {"impersonate-group",
              "impersonates a group",
              "A request with an Impersonate-Group header is judged by that group's rights; "
              "system:masters is a group like any other.",
              "Restrict the rule for groups by resourceNames, never system:masters.",
              Severity::kCritical,
              {"T1078"}};
    case Technique::kImpersonateUser:
      return {"impersonate-user",
              "impersonates a user",
              "A request with an Impersonate-User header is judged by that user's rights.",
              "Restrict the rule for users by resourceNames.",
              Severity::kHigh,
              {"T1078"}};
    case Technique::kImpersonateAccount:
      return {"impersonate-account",
              "impersonates a service account",
              "A request that impersonates a service account is judged by its rights.",
              "Restrict the rule for serviceaccounts by resourceNames, or take it out.",
              Severity::kHigh,
              {"T1078"}};
    case Technique::kBindRole:
      return {"bind-role",
              "binds a role to itself",
              "The verb bind lifts the API server's check that nobody gives away rights which they "
              "do not have.",
              "Take the verb bind out, or restrict it by resourceNames to roles that are harmless.",
              Severity::kCritical,
              {"T1098.006"}};
    case Technique::kEscalateRole:
      return {"escalate-role",
              "adds rules to a role it has",
              "The verb escalate lets a role be given rights that its author does not have.",
              "Take the verb escalate out; who needs a new right asks somebody who has it.",
              Severity::kCritical,
              {"T1098.006"}};
    case Technique::kRunPods:
      return {
          "run-pods",
          "runs a pod as the service account",
          "Whoever creates a pod, or a controller's template, chooses its service account among "
          "those of the namespace and reads the token in the pod.",
          "Keep accounts with many rights in namespaces where nobody else deploys.",
          Severity::kMedium,
          {"T1610", "T1552.007"}};
    case Technique::kRunPrivilegedPods:
      return {"run-privileged-pods",
              "runs a privileged pod on a node of its choice",
              "No pod security level of the namespace forbids privileged pods, and spec.nodeName "
              "goes past the scheduler.",
              "Label the namespace pod-security.kubernetes.io/enforce: restricted, or baseline.",
              Severity::kHigh,
              {"T1610", "T1611"}};
    case Technique::kEnterPods:
      return {"enter-pods",
              "runs a command in a pod of the service account",
              "Exec, attach, an ephemeral container or another image of a running pod reads the "
              "token that the pod holds.",
              "Give pods/exec, pods/attach and pods/ephemeralcontainers to people and for a time, "
              "and not to programs.",
              Severity::kMedium,
              {"T1609", "T1552.007"}};
    case Technique::kReadTokenSecrets:
      return {"read-token-secrets",
              "reads the account's token Secret",
              "A Secret of type kubernetes.io/service-account-token holds a token that does not "
              "expire; list and watch show the contents as get does.",
              "Restrict get by resourceNames, take out list and watch, and delete such Secrets.",
              Severity::kHigh,
              {"T1552.007", "T1528"}};
    case Technique::kMakeTokenSecrets:
      return {
          "make-token-secrets",
          "has a token Secret made for the account",
          "The controller fills a new Secret of type kubernetes.io/service-account-token with a "
          "token of the account that it names.",
          "Do not give one subject both create and get, list or watch of secrets.",
          Severity::kHigh,
          {"T1528"}};
    case Technique::kMintTokens:
      return {"mint-tokens",
              "asks for a token of the service account",
              "Creating serviceaccounts/token gives a token of the account for any time.",
              "Restrict the rule by resourceNames to the accounts it is for.",
              Severity::kHigh,
              {"T1528"}};
    case Technique::kNodesProxy:
      return {"nodes-proxy",
              "runs commands in pods through the kubelet",
              "nodes/proxy reaches the whole kubelet API, exec in every pod of the node included, "
              "past admission and audit; get suffices.",
              "Give nodes/metrics, nodes/stats or nodes/log instead of nodes/proxy.",
              Severity::kHigh,
              {"T1609"}};
    case Technique::kSignCertificates:
      return {
          "sign-certificates",
          "has a client certificate signed for the name",
          "Who may both create and approve requests to kubernetes.io/kube-apiserver-client gets "
          "a certificate of any user and group but system:masters.",
          "Part creation from approval, and restrict approve by the signer's name.",
          Severity::kCritical,
          {"T1649"}};
    case Technique::kMutateRequests:
      return {
          "mutate-requests",
          "changes what others write",
          "A mutating webhook or policy sees and rewrites every object that an administrator or "
          "controller creates: a pod's command, a binding's subjects.",
          "Leave mutating webhook configurations to the cluster's administrators.",
          Severity::kHigh,
          {"T1546"}};
    case Technique::kMountHost:
      return {
          "mount-host",
          "mounts a node's files by a PersistentVolume",
          "A PersistentVolume of type hostPath is no volume of type hostPath in the pod, so pod "
          "security levels let it pass.",
          "Leave creation of persistentvolumes to the storage provisioner and administrators.",
          Severity::kHigh,
          {"T1611"}};
    case Technique::kNodeTokens:
      return {"node-tokens",
              "reads the tokens of the pods on the node",
              "Root of a node reads the files of every pod there.",
              "Keep accounts with many rights on nodes where nobody else deploys.",
              Severity::kHigh,
              {"T1552.007", "T1611"}};
    case Technique::kControlPlaneNode:
      return {"control-plane-node",
              "reads the cluster's certificate authority on a control plane node",
              "The node holds the key that signs client certificates, for system:masters too.",
              "Let no foreign pod run on control plane nodes.",
              Severity::kCritical,
              {"T1611", "T1552.004"}};
  }
  NARROWS_CHECK(false);
  return {};
}

}  // namespace

const TechniqueText& TextOf(Technique technique) {
  static const std::vector<TechniqueText> kTexts = [] {
    std::vector<TechniqueText> texts;
    for (size_t i = 0; i < kTechniqueCount; ++i) {
      texts.push_back(MakeText(static_cast<Technique>(i)));
    }
    return texts;
  }();
  return kTexts[static_cast<size_t>(technique)];
}

}  // namespace narrows::findings::rights
