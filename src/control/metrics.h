#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace narrows::control {

// What `narrows serve` counts, in Prometheus' terms. All members are thread-safe.
class Metrics {
 public:
  explicit Metrics(std::string_view version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // One namespace was judged and acted on; `failed`: not to its end.
  void Reconciled(std::chrono::milliseconds took, bool failed);
  // An action ("quarantine", "release", "alert") was carried out, or could not be.
  void Acted(std::string_view kind, bool failed);

  // Pairs of workload and policy by verdict.
  struct Verdicts {
    size_t passed = 0;
    size_t violated = 0;
    size_t unknown = 0;
  };
  void SetVerdicts(const Verdicts& verdicts);
  void SetQuarantined(size_t workloads);
  void SetImages(size_t known, size_t queued, size_t failed);
  void SetPolicies(size_t readable, size_t unreadable);
  void SetLeader(bool leader);
  // When the newest data of the advisory database was published; 0 without a database.
  void SetDatabaseTime(std::chrono::seconds since_epoch);

  // The text exposition format 0.0.4.
  std::string Serialize() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace narrows::control
