#include "ecosystems/rpm/family.h"

#include <array>

namespace narrows::ecosystems::rpm {
namespace {

// OSV has no name for Fedora, Oracle Linux and Amazon Linux; theirs are our own.
constexpr std::array kFamilies = {
    Family{"almalinux", "AlmaLinux", "almalinux", true},
    Family{"amzn", "Amazon Linux", "amzn"},
    Family{"azurelinux", "Azure Linux", "azurelinux"},
    Family{"centos", "Red Hat", "centos", true, "Red Hat"},
    Family{"fedora", "Fedora", "fedora"},
    Family{"mageia", "Mageia", "mageia"},
    Family{"mariner", "Azure Linux", "mariner"},
    Family{"ol", "Oracle Linux", "ol"},
    Family{"openEuler", "openEuler", "openeuler"},
    Family{"opensuse", "openSUSE", "opensuse"},
    Family{"opensuse-leap", "openSUSE", "opensuse"},
    Family{"opensuse-tumbleweed", "openSUSE", "opensuse"},
    Family{"photon", "Photon OS", "photon"},
    Family{"rhel", "Red Hat", "redhat", true},
    Family{"rocky", "Rocky Linux", "rocky"},
    Family{"sled", "SUSE", "suse"},
    Family{"sles", "SUSE", "suse"},
    Family{"sles_sap", "SUSE", "suse"},
};

}  // namespace

const Family* FamilyOf(const model::Distribution& distribution) {
  for (const Family& family : kFamilies) {
    if (family.id == distribution.id) return &family;
  }
  return nullptr;
}

}  // namespace narrows::ecosystems::rpm
