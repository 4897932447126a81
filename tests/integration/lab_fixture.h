#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "kubernetes/api_client.h"

namespace narrows::lab {

// A laboratory of this process's own (lab/lab), which ends with it however it ends.
class Lab {
 public:
  enum class Extent { kControlPlane, kNode };

  static Result<std::unique_ptr<Lab>> Start(Extent extent);
  ~Lab();

  const std::filesystem::path& dir() const { return dir_; }
  std::string kubeconfig() const { return (dir_ / "kubeconfig").string(); }

  // lab/lab part ACTION NAME; a started API server answers again when this returns.
  Status Part(const std::string& action, const std::string& name);
  Status Compact();
  // What kubectl prints, as the administrator.
  Result<std::string> Kubectl(std::vector<std::string> arguments, const std::string& input = "");

  // Of the administrator.
  Result<std::unique_ptr<kubernetes::ApiClient>> Client();
  Result<kubernetes::ClientConfig> Config();

 private:
  Lab(ScopedTempDir parent, std::filesystem::path dir)
      : parent_(std::move(parent)), dir_(std::move(dir)) {}

  const SystemClock clock_;
  ScopedTempDir parent_;
  std::filesystem::path dir_;
};

// Starts one laboratory before the first test of the executable and stops it after the last. Use
// it in main(), before RUN_ALL_TESTS.
void UseLab(Lab::Extent extent);

// A test on the executable's laboratory, in a namespace of its own. Skipped, loudly, where there
// can be none: without root.
class LabTest : public ::testing::Test {
 protected:
  void SetUp() override;

  static Lab& lab();
  kubernetes::ApiClient& client() { return *client_; }
  const std::string& name_space() const { return name_space_; }
  static CallContext Soon() { return CallContext::WithTimeout(std::chrono::seconds(60)); }

  // Waits for what must come, up to two minutes.
  static bool Eventually(const std::function<bool()>& condition);

  // Creates what the test cannot do without.
  std::string MustCreate(const kubernetes::ResourceType& type, const std::string& body,
                         const std::string& name_space = "");

 private:
  std::unique_ptr<kubernetes::ApiClient> client_;
  std::string name_space_;
};

}  // namespace narrows::lab
