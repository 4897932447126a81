#pragma once

namespace narrows::sandbox {

// Leaves this process and its threads the system calls that a worker needs: see confinement.h. New
// privileges must have been ruled out. False, with errno, when the kernel refuses.
bool FilterSystemCalls();

}  // namespace narrows::sandbox
