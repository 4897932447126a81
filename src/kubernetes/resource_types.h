#pragma once

#include "kubernetes/api_client.h"

namespace narrows::kubernetes {

// The types that Narrows reads or writes; the CRDs' are where they are used.
inline const ResourceType kNamespaces{"", "v1", "namespaces", "Namespace", false};
inline const ResourceType kNodes{"", "v1", "nodes", "Node", false};
inline const ResourceType kPods{"", "v1", "pods", "Pod", true};
inline const ResourceType kServices{"", "v1", "services", "Service", true};
inline const ResourceType kSecrets{"", "v1", "secrets", "Secret", true};
inline const ResourceType kServiceAccounts{"", "v1", "serviceaccounts", "ServiceAccount", true};
inline const ResourceType kReplicationControllers{"", "v1", "replicationcontrollers",
                                                  "ReplicationController", true};
inline const ResourceType kEvents{"", "v1", "events", "Event", true};
inline const ResourceType kDeployments{"apps", "v1", "deployments", "Deployment", true};
inline const ResourceType kReplicaSets{"apps", "v1", "replicasets", "ReplicaSet", true};
inline const ResourceType kStatefulSets{"apps", "v1", "statefulsets", "StatefulSet", true};
inline const ResourceType kDaemonSets{"apps", "v1", "daemonsets", "DaemonSet", true};
inline const ResourceType kJobs{"batch", "v1", "jobs", "Job", true};
inline const ResourceType kCronJobs{"batch", "v1", "cronjobs", "CronJob", true};
inline const ResourceType kNetworkPolicies{"networking.k8s.io", "v1", "networkpolicies",
                                           "NetworkPolicy", true};
inline const ResourceType kRoles{"rbac.authorization.k8s.io", "v1", "roles", "Role", true};
inline const ResourceType kClusterRoles{"rbac.authorization.k8s.io", "v1", "clusterroles",
                                        "ClusterRole", false};
inline const ResourceType kRoleBindings{"rbac.authorization.k8s.io", "v1", "rolebindings",
                                        "RoleBinding", true};
inline const ResourceType kClusterRoleBindings{"rbac.authorization.k8s.io", "v1",
                                               "clusterrolebindings", "ClusterRoleBinding", false};
inline const ResourceType kSubjectAccessReviews{
    "authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false};
inline const ResourceType kIngresses{"networking.k8s.io", "v1", "ingresses", "Ingress", true};
inline const ResourceType kEndpointSlices{"discovery.k8s.io", "v1", "endpointslices",
                                          "EndpointSlice", true};
inline const ResourceType kHttpRoutes{"gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute",
                                      true};
inline const ResourceType kGrpcRoutes{"gateway.networking.k8s.io", "v1", "grpcroutes", "GRPCRoute",
                                      true};
inline const ResourceType kTlsRoutes{"gateway.networking.k8s.io", "v1alpha2", "tlsroutes",
                                     "TLSRoute", true};
inline const ResourceType kTcpRoutes{"gateway.networking.k8s.io", "v1alpha2", "tcproutes",
                                     "TCPRoute", true};
inline const ResourceType kUdpRoutes{"gateway.networking.k8s.io", "v1alpha2", "udproutes",
                                     "UDPRoute", true};
inline const ResourceType kLeases{"coordination.k8s.io", "v1", "leases", "Lease", true};
inline const ResourceType kSelfSubjectAccessReviews{
    "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false};

}  // namespace narrows::kubernetes
