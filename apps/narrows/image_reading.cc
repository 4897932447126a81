#include "image_reading.h"

#include "ecosystems/catalogue/every_extractor.h"
#include "inventory/image/sandboxed_inspector.h"

namespace narrows::app {

Result<ImageReading> ImageReading::Start() {
  ImageReading reading;
  reading.extractors = ecosystems::catalogue::EveryExtractor();
  ASSIGN_OR_RETURN(reading.inspector,
                   inventory::image::MakeSandboxedInspector(reading.Extractors()));
  return reading;
}

std::vector<const ecosystems::PackageExtractor*> ImageReading::Extractors() const {
  std::vector<const ecosystems::PackageExtractor*> pointers;
  pointers.reserve(extractors.size());
  for (const auto& extractor : extractors) pointers.push_back(extractor.get());
  return pointers;
}

}  // namespace narrows::app
