#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace narrows::app {

// What the process returns. Partial success is kDone, with a warning on standard error.
enum ExitCode : int { kDone = 0, kCouldNotRun = 1, kViolated = 2 };

enum class OutputFormat { kTable, kJson, kSarif, kCycloneDx, kSpdxJson };

struct RegistryFlags {
  std::vector<std::string> insecure;    // HOST: TLS without verification
  std::vector<std::string> plain_http;  // HOST
  std::vector<std::string> ca;          // HOST=FILE
  std::vector<std::string> mirrors;     // HOST=URL
  std::string provider_config;          // the kubelet's options of the same names
  std::string provider_bin_dir;
};

// What `scan` and `sbom` look at.
struct TargetFlags {
  bool directory = false;  // `fs DIR` instead of `image REF|ARCHIVE|LAYOUT`
  bool bill = false;       // `sbom FILE|-` instead of these
  std::string target;
  std::string platform;  // empty: this machine's
  std::vector<std::string> skip_dirs;
  std::chrono::seconds timeout{300};
  uint64_t max_image_bytes = 0;  // unpacked; 0: any
  RegistryFlags registry;
  bool quiet = false;  // no progress
};

// The advisory database that a command judges by.
struct DatabaseFlags {
  std::string path;                 // empty: the user's cache
  std::chrono::seconds max_age{0};  // of its newest data; 0: any
};

struct ScanFlags {
  TargetFlags target;
  DatabaseFlags database;
  OutputFormat output = OutputFormat::kTable;
  std::vector<std::string> severities;  // empty: all
  bool ignore_unfixed = false;
  std::vector<std::string> vex;  // files, and "oci" for what is attached to the image
  std::string ignore_file;       // empty: .narrowsignore of the working folder where it exists
  std::string policy_file;
  std::string fail_on;                    // a severity, or empty
  std::vector<std::string> sbom_sources;  // "oci", or none
};

struct ManifestFlags {
  std::string target;  // a file, a folder, or "-"
  OutputFormat output = OutputFormat::kTable;
  std::string framework;  // cis, nsa, pss, mitre; empty: all checks
  double compliance_threshold = 0;
  std::vector<std::string> severities;  // empty: all
  std::string fail_on;                  // a severity, or empty
  std::string ignore_file;              // empty: .narrowsignore where it exists
  int kubernetes_minor = 34;
};

struct SbomFlags {
  TargetFlags target;
  OutputFormat output = OutputFormat::kCycloneDx;  // or kSpdxJson
};

struct ClusterFlags {
  std::string kubeconfig;
  std::string context;
};

struct AssessFlags {
  ClusterFlags cluster;
  DatabaseFlags database;
  std::string policy_file;       // empty: the cluster's policies
  std::vector<std::string> vex;  // files
  std::string name_space;        // empty: all
  OutputFormat output = OutputFormat::kTable;
  std::chrono::seconds timeout{1800};
  uint64_t max_image_bytes = 0;  // unpacked; 0: any
  RegistryFlags registry;
  bool quiet = false;  // no progress
};

inline constexpr const char* kServeStore = "/var/lib/narrows/store/narrows.sqlite";

struct ServeFlags {
  ClusterFlags cluster;
  std::string database = "/var/lib/narrows/db/narrows.db";
  std::string store = kServeStore;
  std::string listen = "0.0.0.0:8081";            // /healthz and /readyz
  std::string metrics_listen = "127.0.0.1:8082";  // elsewhere: TokenReview and SubjectAccessReview
  std::string own_namespace;     // empty: NARROWS_NAMESPACE, the account's, narrows-system
  uint64_t max_image_bytes = 0;  // unpacked; 0: any
  RegistryFlags registry;
};

struct PolicyFlags {
  ClusterFlags cluster;
  std::string name;  // of `show`
  OutputFormat output = OutputFormat::kTable;
};

struct QuarantineFlags {
  ClusterFlags cluster;
  std::string database;
  std::string name_space;  // of `list`
  OutputFormat output = OutputFormat::kTable;
  // of `release`
  std::string workload;  // NAMESPACE/KIND/NAME
  bool all = false;
  std::string reason;
  std::chrono::seconds keep{86400};
  RegistryFlags registry;
  bool quiet = false;  // no progress
};

struct VexCreateFlags {
  std::vector<std::string> products;
  std::vector<std::string> subcomponents;
  std::vector<std::string> vulnerabilities;
  std::string status;
  std::string justification;
  std::string impact_statement;
  std::string action_statement;
  std::string status_note;
  std::string author;
  std::string id;    // empty: made of the content
  std::string file;  // empty: standard output
};

struct VexFileFlags {
  std::vector<std::string> files;
  OutputFormat output = OutputFormat::kTable;  // of `show`
};

struct DbBuildFlags {
  std::string osv;
  std::string kev;
  std::string epss;
  std::vector<std::string> vex;  // folders of CSAF, OpenVEX or CycloneDX documents
  std::string output;
  bool quiet = false;
};

struct DbInfoFlags {
  DatabaseFlags database;
  OutputFormat output = OutputFormat::kTable;
};

struct DbUpdateFlags {
  std::string database;
  std::string from;               // URL of a folder, or a reference
  std::vector<std::string> keys;  // files
  bool accept_unsigned = false;
  bool accept_older = false;
  std::chrono::seconds timeout{1800};
  RegistryFlags registry;
  bool quiet = false;
};

struct DbPublishFlags {
  std::string database;
  std::string folder;
  std::string key;  // file
  bool leave_unsigned = false;
  int deltas = 3;
};

struct DbPushFlags {
  std::string folder;
  std::string reference;
  std::chrono::seconds timeout{1800};
  RegistryFlags registry;
};

struct WhyFlags {
  std::string id;
  std::string workload;  // NAMESPACE/KIND/NAME; empty: all
  std::string store = kServeStore;
  OutputFormat output = OutputFormat::kTable;
};

struct WatchFlags {
  std::string store = kServeStore;
  OutputFormat output = OutputFormat::kTable;  // kJson: an object a line
};

struct DbDiffFlags {
  std::string before;
  std::string after;
  std::vector<double> epss;  // thresholds
  OutputFormat output = OutputFormat::kTable;
};

struct BenchFlags {
  ClusterFlags cluster;
  std::string controls;              // folder
  std::string benchmark;             // a set's name; empty: that of the version
  std::string version;               // of Kubernetes
  std::vector<std::string> targets;  // empty: those of this node
  std::vector<std::string> checks;
  std::vector<std::string> groups;
  std::vector<std::string> skipped;
  bool scored = true;
  bool unscored = true;
  bool no_remediations = false;
  std::string root;  // of the node; empty: /host in a container that has it, else /
  std::string explain;
  std::string output = "table";
  std::string fail_on;  // "fail", "warn" or empty
  std::chrono::seconds timeout{300};
};

int RunScan(const ScanFlags& flags);
int RunBench(const BenchFlags& flags);
int RunManifest(const ManifestFlags& flags);
int RunSbom(const SbomFlags& flags);
int RunAssess(const AssessFlags& flags);
int RunServe(const ServeFlags& flags);
int RunPolicyList(const PolicyFlags& flags);
int RunPolicyShow(const PolicyFlags& flags);
int RunQuarantineList(const QuarantineFlags& flags);
int RunQuarantinePlan(const QuarantineFlags& flags);
int RunQuarantineRelease(const QuarantineFlags& flags);
int RunWhy(const WhyFlags& flags);
int RunWatch(const WatchFlags& flags);
int RunVexCreate(const VexCreateFlags& flags);
int RunVexShow(const VexFileFlags& flags);
int RunVexValidate(const VexFileFlags& flags);
int RunDbBuild(const DbBuildFlags& flags);
int RunDbInfo(const DbInfoFlags& flags);
int RunDbUpdate(const DbUpdateFlags& flags);
int RunDbRollback(const std::string& database);
int RunDbPublish(const DbPublishFlags& flags);
int RunDbPush(const DbPushFlags& flags);
int RunDbDiff(const DbDiffFlags& flags);
int RunVercmp(const std::string& ecosystem);
int RunVersion(bool json);

// A command or an option as shell completion needs it.
struct CompletionNode {
  std::string name;
  std::vector<std::string> options;  // "--output", …
  std::vector<CompletionNode> children;
};
int RunCompletion(const std::string& shell, const CompletionNode& root);

}  // namespace narrows::app
