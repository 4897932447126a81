#pragma once

// A real registry for tests: Debian's docker-registry.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "http/http_client.h"
#include "http/scripted/scripted_server.h"

extern char** environ;

namespace narrows::registry {

inline CallContext ThirtySeconds() { return CallContext::WithTimeout(std::chrono::seconds(30)); }

inline bool Installed(const std::string& program) {
  const auto found = RunCommand({.argv = {"sh", "-c", "command -v " + program}}, ThirtySeconds());
  return found.has_value() && found->exit_code == 0;
}

// A port that was free a moment ago.
inline int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(fd);
  return ntohs(address.sin_port);
}

struct RegistryServerOptions {
  bool tls = false;
  std::string user;  // with htpasswd when not empty
  std::string password;
};

// A docker-registry of the test's own.
class RegistryServer {
 public:
  RegistryServer(const std::filesystem::path& folder, const RegistryServerOptions& options)
      : folder_(folder), port_(FreePort()), tls_(options.tls) {
    std::string config =
        "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: " +
        (folder / "storage").string() + "}}\nhttp:\n  addr: " + host() + "\n";
    if (options.tls) {
      identity_ = http::scripted::MakeTestIdentity({"127.0.0.1"});
      Write("cert.pem", identity_.certificate_pem);
      Write("key.pem", identity_.key_pem);
      config += "  tls: {certificate: " + (folder / "cert.pem").string() +
                ", key: " + (folder / "key.pem").string() + "}\n";
    }
    if (!options.user.empty()) {
      const auto line = RunCommand({.argv = {"htpasswd", "-Bbn", options.user, options.password}},
                                   ThirtySeconds());
      EXPECT_TRUE(line.has_value() && line->exit_code == 0);
      Write("htpasswd", line->output);
      config += "auth: {htpasswd: {realm: test, path: " + (folder / "htpasswd").string() + "}}\n";
    }
    Write("config.yml", config);
    Start();
    EXPECT_TRUE(WaitUntilUp());
  }
  ~RegistryServer() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  const http::scripted::TestIdentity& identity() const { return identity_; }

 private:
  void Write(const std::string& name, const std::string& content) {
    EXPECT_TRUE(WriteFileAtomically(folder_ / name, content).has_value());
  }

  // It ends with this process, however that ends.
  void Start() {
    std::vector<std::string> arguments = {"setpriv", "--pdeathsig",
                                          "KILL",    "docker-registry",
                                          "serve",   (folder_ / "config.yml").string()};
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, (folder_ / "registry.log").c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    EXPECT_EQ(posix_spawnp(&pid_, "setpriv", &actions, nullptr, pointers.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
  }

  bool WaitUntilUp() {
    http::HttpClientOptions options;
    options.proxy = "none";
    options.tls.insecure_skip_verify = true;
    const auto client = http::MakeHttpClient(options);
    const CallContext context = ThirtySeconds();
    while (context.Check().has_value()) {
      const auto answer =
          (*client)->Send({.url = (tls_ ? "https://" : "http://") + host() + "/v2/"}, context);
      if (answer.has_value()) return true;
      (void)context.SleepFor(std::chrono::milliseconds(20));
    }
    return false;
  }

  std::filesystem::path folder_;
  int port_;
  bool tls_;
  http::scripted::TestIdentity identity_;
  pid_t pid_ = 0;
};

}  // namespace narrows::registry
