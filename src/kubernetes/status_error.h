#pragma once

#include <string_view>

#include "base/error.h"

namespace narrows::kubernetes {

// The Error for an API answer of HTTP status `http_status`, whose body is a metav1.Status or
// anything else, in kubectl's words: "Error from server (Forbidden): pods is forbidden: …". The
// codes are those of ApiClient.
Error ErrorFromResponse(int http_status, std::string_view body);

// The same of a watch's ERROR event, {"type":"ERROR","object":{…}}.
Error ErrorFromWatchEvent(std::string_view event);

}  // namespace narrows::kubernetes
