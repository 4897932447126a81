#include "control/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace narrows::control {

struct Metrics::Families {
  using Counters = prometheus::Family<prometheus::Counter>;
  using Gauges = prometheus::Family<prometheus::Gauge>;

  Counters& AddCounter(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  Gauges& AddGauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  }

  prometheus::Registry registry;
  Gauges& build = AddGauge("narrows_build_info", "Always 1; the label is the version");
  Counters& reconciles =
      AddCounter("narrows_reconciles_total", "Namespaces judged and acted on, by result");
  prometheus::Histogram& duration =
      prometheus::BuildHistogram()
          .Name("narrows_reconcile_seconds")
          .Help("Time to judge one namespace and act on it")
          .Register(registry)
          .Add({}, prometheus::Histogram::BucketBoundaries{0.001, 0.01, 0.1, 1, 10});
  Counters& actions =
      AddCounter("narrows_actions_total", "Actions carried out, by kind and result");
  Gauges& verdicts =
      AddGauge("narrows_assessments", "Workloads under a policy, by verdict; one for each policy");
  prometheus::Gauge& quarantined =
      AddGauge("narrows_quarantined_workloads", "Workloads that are isolated now").Add({});
  Gauges& images = AddGauge("narrows_images", "Images that run, by what is known of them");
  Gauges& policies = AddGauge("narrows_policies", "Policies, by whether their spec can be read");
  prometheus::Gauge& leader =
      AddGauge("narrows_leader", "1 where this instance is the one that acts").Add({});
  prometheus::Gauge& database =
      AddGauge("narrows_advisory_database_timestamp_seconds",
               "Time of the newest data in the advisory database; 0 without one")
          .Add({});
};

Metrics::Metrics(std::string_view version) : families_(std::make_unique<Families>()) {
  families_->build.Add({{"version", std::string(version)}}).Set(1);
}

Metrics::~Metrics() = default;

void Metrics::Reconciled(std::chrono::milliseconds took, bool failed) {
  families_->reconciles.Add({{"result", failed ? "error" : "success"}}).Increment();
  families_->duration.Observe(std::chrono::duration<double>(took).count());
}

void Metrics::Acted(std::string_view kind, bool failed) {
  families_->actions.Add({{"kind", std::string(kind)}, {"result", failed ? "error" : "success"}})
      .Increment();
}

void Metrics::SetVerdicts(const Verdicts& verdicts) {
  const auto set = [&](const char* verdict, size_t count) {
    families_->verdicts.Add({{"verdict", verdict}}).Set(static_cast<double>(count));
  };
  set("passed", verdicts.passed);
  set("violated", verdicts.violated);
  set("unknown", verdicts.unknown);
}

void Metrics::SetQuarantined(size_t workloads) {
  families_->quarantined.Set(static_cast<double>(workloads));
}

void Metrics::SetImages(size_t known, size_t queued, size_t failed) {
  const auto set = [&](const char* state, size_t count) {
    families_->images.Add({{"state", state}}).Set(static_cast<double>(count));
  };
  set("known", known);
  set("queued", queued);
  set("failed", failed);
}

void Metrics::SetPolicies(size_t readable, size_t unreadable) {
  families_->policies.Add({{"spec", "valid"}}).Set(static_cast<double>(readable));
  families_->policies.Add({{"spec", "invalid"}}).Set(static_cast<double>(unreadable));
}

void Metrics::SetLeader(bool leader) { families_->leader.Set(leader ? 1 : 0); }

void Metrics::SetDatabaseTime(std::chrono::seconds since_epoch) {
  families_->database.Set(static_cast<double>(since_epoch.count()));
}

std::string Metrics::Serialize() const {
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace narrows::control
