#include "serve_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/file.h"
#include "http/http_client.h"

namespace narrows::lab {

Status ServeProcess::Start() {
  std::error_code error;
  std::filesystem::create_directories(options_.folder, error);
  const std::string probes = "127.0.0.1:" + std::to_string(options_.port);
  const std::string metrics = options_.metrics_host + ":" + std::to_string(options_.port + 1);
  std::vector<std::string> argv = {NARROWS_BINARY,
                                   "serve",
                                   "--kubeconfig=" + options_.kubeconfig,
                                   "--db=" + options_.database.string(),
                                   "--store=" + store().string(),
                                   "--listen=" + probes,
                                   "--metrics-listen=" + metrics,
                                   "--namespace=narrows-system",
                                   "--plain-http=" + options_.plain_registry};
  std::vector<char*> arguments;
  for (std::string& argument : argv) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const std::string log = (options_.folder / "log").string();
  pid_ = fork();
  if (pid_ < 0) return Internal("fork failed");
  if (pid_ == 0) {
    const int fd = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    dup2(fd, 2);
    dup2(fd, 1);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  return Ok();
}

int ServeProcess::Stop(int signal) {
  if (pid_ <= 0) return -1;
  kill(pid_, signal);
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ServeProcess::Get(const std::string& path, bool metrics) const {
  const auto client = http::MakeHttpClient({.proxy = "none"});
  if (!client.has_value()) return "";
  http::HttpRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(options_.port + (metrics ? 1 : 0)) + path;
  const auto answer = (*client)->Send(request, CallContext::WithTimeout(std::chrono::seconds(10)));
  return answer.has_value() ? answer->body : "";
}

int ServeProcess::GetMetrics(const std::string& token) const {
  const auto client = http::MakeHttpClient({.proxy = "none"});
  if (!client.has_value()) return 0;
  http::HttpRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(options_.port + 1) + "/metrics";
  if (!token.empty()) request.headers.push_back({"Authorization", "Bearer " + token});
  const auto answer = (*client)->Send(request, CallContext::WithTimeout(std::chrono::seconds(30)));
  return answer.has_value() ? answer->status : 0;
}

std::string ServeProcess::Log() const {
  return ReadFile(options_.folder / "log", size_t{64} << 20).value_or("");
}

}  // namespace narrows::lab
