// `narrows exposure`: what reaches workloads from outside, and what NetworkPolicies leave open.
// Lists, and changes nothing.
#include "exposure_command.h"

#include <boost/json.hpp>
#include <iostream>

#include "base/strings.h"
#include "cluster_parts.h"
#include "findings/exposure/exposure.h"
#include "inventory/cluster/cluster_inventory.h"
#include "inventory/cluster/exposure_listing.h"
#include "parts.h"

namespace narrows::app {
namespace {

namespace json = boost::json;
using report::documents::Cell;
using report::documents::Style;

constexpr std::chrono::milliseconds kTimeout{300'000};

Result<std::vector<model::WorkloadExposure>> ReadExposure(const ExposureFlags& flags,
                                                          const CallContext& context) {
  const SystemClock clock;
  ASSIGN_OR_RETURN(const auto client, MakeClusterClient(flags.cluster, clock));
  const auto inventory = inventory::cluster::MakeClusterInventory(*client);
  ASSIGN_OR_RETURN(const std::vector<std::string> warnings, inventory->ListOnce(context));
  for (const std::string& warning : warnings) Warn(warning);
  ASSIGN_OR_RETURN(const inventory::cluster::ExposureListing listing,
                   inventory::cluster::ListExposureObjects(*client, context));
  for (const std::string& warning : listing.warnings) Warn(warning);
  std::vector<model::WorkloadExposure> all;
  for (const model::Namespace& name_space : inventory->Namespaces()) {
    if (!flags.name_space.empty() && name_space.name != flags.name_space) continue;
    for (model::WorkloadExposure& exposure : findings::exposure::FindExposure(
             inventory->ListWorkloads(name_space.name), listing.objects,
             inventory->NetworkPolicies(name_space.name))) {
      if (!flags.workload.empty() && exposure.workload.ToString() != flags.workload) continue;
      all.push_back(std::move(exposure));
    }
  }
  if (!flags.workload.empty() && all.empty()) {
    return NotFound("there is no workload " + Printable(flags.workload) +
                    " with pods; write NAMESPACE/KIND/NAME");
  }
  return all;
}

json::object JsonOf(const model::Reach& reach) {
  return {{"openness", ToString(reach.openness)}, {"reason", reach.reason}};
}

void WriteJson(const std::vector<model::WorkloadExposure>& exposures) {
  json::array items;
  for (const model::WorkloadExposure& exposure : exposures) {
    json::array ways;
    for (const model::ExposureWay& way : exposure.ways) {
      ways.push_back(json::object{{"kind", ToString(way.kind)},
                                  {"object", way.object},
                                  {"entry", way.entry},
                                  {"protocol", way.protocol},
                                  {"port", way.port},
                                  {"reach", JsonOf(way.reach)}});
    }
    items.push_back(json::object{{"workload", exposure.workload.ToString()},
                                 {"fromOutside", ToString(exposure.FromOutside())},
                                 {"fromPods", JsonOf(exposure.from_pods)},
                                 {"toOutside", JsonOf(exposure.to_outside)},
                                 {"ways", std::move(ways)}});
  }
  std::cout << json::serialize(json::object{{"workloads", std::move(items)}}) << "\n";
}

Cell CellOf(model::Openness openness) {
  const Style style = openness == model::Openness::kOpen     ? Style::kRed
                      : openness == model::Openness::kPartly ? Style::kYellow
                                                             : Style::kGreen;
  return {std::string(ToString(openness)), style};
}

void WriteTable(const std::vector<model::WorkloadExposure>& exposures) {
  std::vector<std::vector<Cell>> rows;
  for (const model::WorkloadExposure& exposure : exposures) {
    std::vector<std::string> ways;
    for (const model::ExposureWay& way : exposure.ways) {
      if (way.reach.openness == model::Openness::kClosed) continue;
      ways.push_back(std::string(ToString(way.kind)) + " " + way.entry);
    }
    rows.push_back({{exposure.workload.ToString()},
                    CellOf(exposure.FromOutside()),
                    CellOf(exposure.from_pods.openness),
                    CellOf(exposure.to_outside.openness),
                    {Join(ways, ", ")}});
  }
  report::documents::WriteTextTable(
      {{"WORKLOAD"}, {"FROM OUTSIDE"}, {"FROM PODS"}, {"TO OUTSIDE"}, {"WAYS IN", false, 20}}, rows,
      StandardOutput(), std::cout);
}

void WriteWorkload(const model::WorkloadExposure& exposure) {
  const auto line = [](const std::string& name, const model::Reach& reach) {
    std::cout << name << ": " << ToString(reach.openness) << ", "
              << report::documents::OneLine(reach.reason) << "\n";
  };
  std::cout << "Workload: " << report::documents::OneLine(exposure.workload.ToString()) << "\n";
  std::cout << "From outside: " << ToString(exposure.FromOutside()) << "\n";
  line("From every pod", exposure.from_pods);
  line("To every address outside", exposure.to_outside);
  if (exposure.ways.empty()) return;
  std::cout << "\n";
  std::vector<std::vector<Cell>> rows;
  for (const model::ExposureWay& way : exposure.ways) {
    rows.push_back({{std::string(ToString(way.kind))},
                    {way.entry},
                    {way.port == 0 ? "any" : way.protocol + " " + std::to_string(way.port)},
                    CellOf(way.reach.openness),
                    {way.object},
                    {way.reach.reason}});
  }
  report::documents::WriteTextTable(
      {{"WAY"}, {"ENTRY"}, {"PORT"}, {"REACH"}, {"BY"}, {"WHY", true}}, rows, StandardOutput(),
      std::cout);
}

}  // namespace

int RunExposure(const ExposureFlags& flags) {
  return RunUntilSignal(kTimeout, [&](const CallContext& context) -> int {
    const auto exposures = ReadExposure(flags, context);
    if (!exposures.has_value()) return Fail(exposures.error());
    if (flags.output == OutputFormat::kJson) {
      WriteJson(*exposures);
    } else if (!flags.workload.empty()) {
      WriteWorkload(exposures->front());
    } else {
      WriteTable(*exposures);
    }
    return kDone;
  });
}

}  // namespace narrows::app
