// What an API server sends: objects, lists, watch events, errors.
#include <cstddef>
#include <cstdint>

#include "kubernetes/objects.h"
#include "kubernetes/status_error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using narrows::Ok;
  static narrows::kubernetes::ObjectReader reader;
  static narrows::kubernetes::ObjectReader items;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)reader.ReadPod(text);
  (void)reader.ReadNode(text);
  (void)reader.ReadNetworkPolicy(text);
  (void)reader.ReadService(text);
  (void)reader.ReadRole(text);
  (void)reader.ReadRoleBinding(text);
  (void)reader.ReadServiceAccount(text);
  (void)reader.ReadPodPorts(text);
  (void)reader.ReadPublishedService(text);
  (void)reader.ReadEndpointSlice(text);
  (void)reader.ReadIngress(text);
  (void)reader.ReadGatewayRoute(text, "HTTPRoute");
  if (const auto event = reader.ReadWatchEvent(text); event.has_value()) {
    (void)items.ReadPod(event->object);
  }
  (void)reader.ReadList(text, [](std::string_view item) {
    (void)items.ReadPod(item);
    return Ok();
  });
  (void)narrows::kubernetes::ErrorFromResponse(500, text);
  (void)narrows::kubernetes::ErrorFromWatchEvent(text);
  return 0;
}
