#pragma once

#include "control/image_fetcher.h"
#include "storage/store.h"

namespace narrows::control {

// What a store remembers of images, for ImageFetcherOptions::remembered: whole analyses only.
// `store` must outlive the function.
decltype(ImageFetcherOptions::remembered) RememberedImages(const storage::Store& store);

}  // namespace narrows::control
