#include "lab_fixture.h"

#include <unistd.h>

#include <atomic>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <thread>

#include "base/subprocess.h"
#include "kubernetes/client_config.h"
#include "kubernetes/resource_types.h"

namespace narrows::lab {
namespace {

// Building the programs is the only thing that takes long, and is done once on a machine.
constexpr std::chrono::minutes kPatience{20};

Result<std::string> RunTool(std::vector<std::string> argv, const std::string& input = "") {
  const std::string what = argv[0] + ' ' + (argv.size() > 1 ? argv[1] : "");
  ASSIGN_OR_RETURN(CommandResult result, RunCommand({.argv = std::move(argv), .input = input},
                                                    CallContext::WithTimeout(kPatience)));
  if (result.exit_code != 0) {
    return Internal(what + ": exit code " + std::to_string(result.exit_code) + ": " +
                    result.errors);
  }
  return std::move(result.output);
}

// The laboratory of this executable; null where there can be none.
std::unique_ptr<Lab>& TheLab() {
  static std::unique_ptr<Lab> lab;
  return lab;
}

class LabEnvironment final : public ::testing::Environment {
 public:
  explicit LabEnvironment(Lab::Extent extent) : extent_(extent) {}
  void SetUp() override {
    if (geteuid() != 0) {
      std::fprintf(stderr, "SKIPPED: a laboratory needs root; nothing of this program is tested\n");
      return;
    }
    auto lab = Lab::Start(extent_);
    ASSERT_TRUE(lab.has_value()) << lab.error().message;
    TheLab() = *std::move(lab);
  }
  void TearDown() override { TheLab().reset(); }

 private:
  const Lab::Extent extent_;
};

}  // namespace

Result<std::unique_ptr<Lab>> Lab::Start(Extent extent) {
  ASSIGN_OR_RETURN(ScopedTempDir parent, ScopedTempDir::Create());
  const std::filesystem::path dir = parent.path() / "lab";
  std::vector<std::string> argv = {"lab/lab",    "start",         "--dir",
                                   dir.string(), "--with-parent", std::to_string(getpid())};
  if (extent == Extent::kControlPlane) argv.emplace_back("--control-plane-only");
  ASSIGN_OR_RETURN(const std::string ignored, RunTool(std::move(argv)));
  return std::unique_ptr<Lab>(new Lab(std::move(parent), dir));
}

Lab::~Lab() {
  const auto stopped = RunTool({"lab/lab", "stop", "--dir", dir_.string()});
  if (!stopped.has_value()) std::fprintf(stderr, "%s\n", stopped.error().message.c_str());
}

Status Lab::Part(const std::string& action, const std::string& name) {
  ASSIGN_OR_RETURN(const std::string ignored,
                   RunTool({"lab/lab", "part", action, "--dir", dir_.string(), name}));
  return Ok();
}

Status Lab::Compact() {
  ASSIGN_OR_RETURN(const std::string ignored,
                   RunTool({"lab/lab", "compact", "--dir", dir_.string()}));
  return Ok();
}

Result<std::string> Lab::Kubectl(std::vector<std::string> arguments, const std::string& input) {
  ASSIGN_OR_RETURN(const std::string facts, ReadFile(dir_ / "lab.json", 1u << 20));
  const std::string bin(boost::json::parse(facts).at("bin").as_string());
  std::vector<std::string> argv = {bin + "/kubectl", "--kubeconfig=" + kubeconfig(),
                                   "--cache-dir=" + (parent_.path() / "cache").string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return RunTool(std::move(argv), input);
}

Result<kubernetes::ClientConfig> Lab::Config() {
  return kubernetes::LoadClientConfig({.kubeconfig = kubeconfig()},
                                      kubernetes::Surroundings::OfProcess());
}

Result<std::unique_ptr<kubernetes::ApiClient>> Lab::Client() {
  ASSIGN_OR_RETURN(kubernetes::ClientConfig config, Config());
  return kubernetes::MakeApiClient(std::move(config), clock_);
}

void UseLab(Lab::Extent extent) { ::testing::AddGlobalTestEnvironment(new LabEnvironment(extent)); }

Lab& LabTest::lab() { return *TheLab(); }

void LabTest::SetUp() {
  if (TheLab() == nullptr) GTEST_SKIP() << "no laboratory";
  auto made = lab().Client();
  ASSERT_TRUE(made.has_value()) << made.error().message;
  client_ = *std::move(made);
  static std::atomic<int> count = 0;
  name_space_ = "test-" + std::to_string(++count);
  MustCreate(kubernetes::kNamespaces, R"({"metadata":{"name":")" + name_space_ + R"("}})");
  // The controller manager would make it; pods need it.
  MustCreate(kubernetes::kServiceAccounts, R"({"metadata":{"name":"default"}})", name_space_);
}

bool LabTest::Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 1200; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

std::string LabTest::MustCreate(const kubernetes::ResourceType& type, const std::string& body,
                                const std::string& in) {
  const auto created = client().Create(type, in, body, Soon());
  EXPECT_TRUE(created.has_value()) << created.error().message;
  return created.has_value() ? *created : "{}";
}

}  // namespace narrows::lab
