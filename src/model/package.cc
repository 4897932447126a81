#include "model/package.h"

namespace narrows::model {

std::string_view ToString(Evidence evidence) {
  switch (evidence) {
    case Evidence::kInstalled:
      return "installed";
    case Evidence::kExecutable:
      return "executable";
    case Evidence::kLockFile:
      return "lockFile";
    case Evidence::kBillOfMaterials:
      return "billOfMaterials";
  }
  return "unknown";
}

}  // namespace narrows::model
