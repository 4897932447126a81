#include "model/workload.h"

namespace narrows::model {

std::string WorkloadRef::ToString() const { return name_space + "/" + kind + "/" + name; }

}  // namespace narrows::model
