#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace narrows::lab {

// The real program, running `narrows serve` as a child of this process. Killed at the end of life.
class ServeProcess {
 public:
  struct Options {
    std::string kubeconfig;
    std::filesystem::path folder;    // for store and log; made when it is needed
    std::filesystem::path database;  // may be missing
    std::string plain_registry;      // HOST:PORT
    std::string metrics_host = "127.0.0.1";
    uint16_t port = 0;  // of the probes; the metrics have the next one
  };

  explicit ServeProcess(Options options) : options_(std::move(options)) {}
  ~ServeProcess() { Stop(9); }
  ServeProcess(const ServeProcess&) = delete;
  ServeProcess& operator=(const ServeProcess&) = delete;

  Status Start();
  // Sends the signal and waits for the end; the exit code (128 + number after a signal).
  int Stop(int signal);
  bool Running() const { return pid_ > 0; }

  // The body of a GET; empty when nobody answers.
  std::string Get(const std::string& path, bool metrics = false) const;
  // The HTTP status of a GET of /metrics with that bearer token; 0 when nobody answers.
  int GetMetrics(const std::string& token) const;
  bool Ready() const { return Get("/readyz") == "ok\n"; }
  std::string Log() const;

  std::filesystem::path store() const { return options_.folder / "narrows.sqlite"; }

 private:
  const Options options_;
  pid_t pid_ = -1;
};

}  // namespace narrows::lab
