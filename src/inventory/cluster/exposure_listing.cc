#include "inventory/cluster/exposure_listing.h"

#include "kubernetes/listing.h"
#include "kubernetes/objects.h"
#include "kubernetes/resource_types.h"

namespace narrows::inventory::cluster {
namespace {

using kubernetes::ListAll;
using kubernetes::ObjectReader;

// A list that may be refused, or not be there.
Status Tolerate(const Status& listed, ExposureListing* listing) {
  if (listed.has_value() || listed.error().code == ErrorCode::kNotFound) return Ok();
  if (listed.error().code != ErrorCode::kPermissionDenied) return listed;
  listing->warnings.push_back(listed.error().message);
  return Ok();
}

}  // namespace

Result<ExposureListing> ListExposureObjects(kubernetes::ApiClient& client,
                                            const CallContext& context) {
  ExposureListing listing;
  model::ExposureObjects& objects = listing.objects;
  RETURN_IF_ERROR(Tolerate(
      ListAll(client, kubernetes::kPods, context, &ObjectReader::ReadPodPorts, &objects.pods),
      &listing));
  RETURN_IF_ERROR(Tolerate(ListAll(client, kubernetes::kServices, context,
                                   &ObjectReader::ReadPublishedService, &objects.services),
                           &listing));
  RETURN_IF_ERROR(Tolerate(ListAll(client, kubernetes::kEndpointSlices, context,
                                   &ObjectReader::ReadEndpointSlice, &objects.slices),
                           &listing));
  RETURN_IF_ERROR(Tolerate(
      ListAll(client, kubernetes::kIngresses, context, &ObjectReader::ReadIngress, &objects.routes),
      &listing));
  for (const auto* type :
       {&kubernetes::kHttpRoutes, &kubernetes::kGrpcRoutes, &kubernetes::kTlsRoutes,
        &kubernetes::kTcpRoutes, &kubernetes::kUdpRoutes}) {
    const Status listed = kubernetes::ForEachListed(
        client, *type, context, [&](ObjectReader& reader, std::string_view item) -> Status {
          ASSIGN_OR_RETURN(model::Route route, reader.ReadGatewayRoute(item, type->kind));
          objects.routes.push_back(std::move(route));
          return Ok();
        });
    RETURN_IF_ERROR(Tolerate(listed, &listing));
  }
  return listing;
}

}  // namespace narrows::inventory::cluster
