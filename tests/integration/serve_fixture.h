#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "kubernetes/resource_types.h"
#include "lab_fixture.h"
#include "response/response_action.h"
#include "serve_process.h"

namespace narrows::lab {

namespace json = boost::json;

// Sample images (lab/images): what they are to a policy that accepts Medium and wants fixes.
inline constexpr const char* kViolated = "debian-12-old";
inline constexpr const char* kClean = "debian-12";
inline constexpr const char* kNoDatabase = "scratch";

// The output of a program that must succeed.
std::string RunProgram(std::vector<std::string> argv);

// The real `narrows serve` on a real API server, with the rights its manifests give it and no more.
// The pods are objects without a kubelet behind them; their images are real, on a real registry.
class ServeTest : public LabTest {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite() { folder_.reset(); }
  void SetUp() override;
  void TearDown() override;

  static std::filesystem::path Database() { return folder_->path() / "narrows.db"; }

  // `metrics_host` off loopback: whoever asks for metrics must show a token.
  std::unique_ptr<ServeProcess> MakeServe(const std::filesystem::path& database,
                                          const std::string& metrics_host = "127.0.0.1");

  // The administrator's kubeconfig with the token of Narrows' service account in place of his
  // certificate.
  std::string AccountKubeconfig();

  std::string Kubectl(std::vector<std::string> arguments, const std::string& input = "");
  std::string Image(const std::string& name) { return registry_ + "/samples/" + name; }

  // A running pod of the ReplicaSet of the same name as `app`.
  void MakePod(const std::string& name, const std::string& app, const std::string& image);
  void DeletePod(const std::string& name);

  // A policy over the test's namespace that isolates what has a fixable vulnerability above Medium.
  // `action` and `more` are further members of the action and of the inspection.
  void ApplyPolicy(const std::string& name, const std::string& action = "",
                   const std::string& more = "", const std::string& schedule = "@hourly");

  // An empty object where there is none.
  json::object Get(const kubernetes::ResourceType& type, const std::string& name,
                   const std::string& in = "");
  std::string LabelOf(const std::string& pod, const std::string& label);
  bool Quarantined(const std::string& pod);
  bool DenyPolicyExists();

  json::object StatusOf(const std::string& policy);
  // Of the status: "violated", "quarantined", …; -1 where it says nothing.
  int Count(const std::string& policy, const std::string& what);
  // "Reason: message".
  std::string ConditionReason(const std::string& policy, const std::string& type);

  // What the program prints as the administrator.
  std::string Narrows(std::vector<std::string> arguments);

  static std::unique_ptr<ScopedTempDir> folder_;
  std::string registry_;
  std::unique_ptr<ServeProcess> serve_;
};

}  // namespace narrows::lab
