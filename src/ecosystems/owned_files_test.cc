#include "ecosystems/owned_files.h"

#include <gtest/gtest.h>

namespace narrows::ecosystems {
namespace {

TEST(OwnedFiles, OnePathIsOneHowEverPackageManagersWriteIt) {
  const uint64_t hash = OwnedPathHash("usr/lib/python3/dist-packages/six.py");
  EXPECT_EQ(OwnedPathHash("/usr/lib/python3/dist-packages/six.py"), hash);
  EXPECT_EQ(OwnedPathHash("./usr/lib/python3/dist-packages/six.py"), hash);
  EXPECT_EQ(OwnedPathHash("/lib/python3/dist-packages/six.py"), hash);
  EXPECT_NE(OwnedPathHash("/library/python3/dist-packages/six.py"), hash);
  EXPECT_NE(OwnedPathHash("/opt/lib/python3/dist-packages/six.py"), hash);
  EXPECT_NE(OwnedPathHash("/usr/lib/python3/dist-packages/six.pyc"), hash);
}

TEST(OwnedFiles, ValuesAreThoseThatWereStored) {
  EXPECT_EQ(OwnedPathHash("etc/passwd"), 0x614006d0c5d04267u);
}

}  // namespace
}  // namespace narrows::ecosystems
