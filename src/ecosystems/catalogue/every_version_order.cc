#include "ecosystems/catalogue/every_version_order.h"

#include "ecosystems/alpine/version.h"
#include "ecosystems/arch/version.h"
#include "ecosystems/bitnami/version.h"
#include "ecosystems/cargo/version.h"
#include "ecosystems/composer/version.h"
#include "ecosystems/cran/version.h"
#include "ecosystems/debian/version.h"
#include "ecosystems/gem/version.h"
#include "ecosystems/golang/version.h"
#include "ecosystems/hackage/version.h"
#include "ecosystems/hex/version.h"
#include "ecosystems/java/version.h"
#include "ecosystems/kubernetes/version.h"
#include "ecosystems/npm/version.h"
#include "ecosystems/nuget/version.h"
#include "ecosystems/pub/version.h"
#include "ecosystems/pypi/version.h"
#include "ecosystems/rpm/version.h"
#include "ecosystems/swift/version.h"

namespace narrows::ecosystems::catalogue {

VersionOrders EveryVersionOrder() {
  VersionOrders orders;
  orders.push_back(debian::MakeDebianVersionOrder());
  orders.push_back(debian::MakeUbuntuVersionOrder());
  orders.push_back(alpine::MakeAlpineVersionOrder());
  for (auto& order : rpm::MakeRpmVersionOrders()) orders.push_back(std::move(order));
  orders.push_back(arch::MakeArchVersionOrder());
  orders.push_back(bitnami::MakeBitnamiVersionOrder());
  orders.push_back(cargo::MakeCargoVersionOrder());
  orders.push_back(composer::MakeComposerVersionOrder());
  orders.push_back(cran::MakeCranVersionOrder());
  orders.push_back(cran::MakeBioconductorVersionOrder());
  orders.push_back(gem::MakeRubyGemsVersionOrder());
  orders.push_back(golang::MakeGoVersionOrder());
  orders.push_back(hackage::MakeHackageVersionOrder());
  orders.push_back(hex::MakeHexVersionOrder());
  orders.push_back(java::MakeMavenVersionOrder());
  orders.push_back(kubernetes::MakeKubernetesVersionOrder());
  orders.push_back(npm::MakeNpmVersionOrder());
  orders.push_back(nuget::MakeNuGetVersionOrder());
  orders.push_back(pub::MakePubVersionOrder());
  orders.push_back(pypi::MakePythonVersionOrder());
  orders.push_back(swift::MakeSwiftVersionOrder());
  return orders;
}

}  // namespace narrows::ecosystems::catalogue
