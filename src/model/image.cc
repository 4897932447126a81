#include "model/image.h"

namespace narrows::model {

std::string Platform::ToString() const {
  return os + "/" + architecture + (variant.empty() ? "" : "/" + variant);
}

}  // namespace narrows::model
