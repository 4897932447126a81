#include "inventory/image/layer_analyser.h"
#include "inventory/image/layer_inspector.h"

namespace narrows::inventory::image {
namespace {

class InProcessInspector final : public LayerInspector {
 public:
  Result<InspectedLayer> Inspect(const LayerTask& task, const CallContext& context) override {
    LayerAnalyser analyser(task.watchlist, task.spool);
    ASSIGN_OR_RETURN(const registry::LayerReading reading,
                     registry::ReadLayer(task.source, task.layer, analyser, task.limits, context));
    InspectedLayer inspected{std::move(analyser).Take(), {}, !reading.fault};
    inspected.analysis.unpacked_bytes = reading.unpacked_bytes;
    if (reading.fault)
      inspected.faults.push_back("layer " + task.layer.diff_id + ": " + reading.fault->message);
    return inspected;
  }
};

}  // namespace

std::unique_ptr<LayerInspector> MakeInProcessInspector() {
  return std::make_unique<InProcessInspector>();
}

}  // namespace narrows::inventory::image
