#include "ecosystems/cocoapods/extractors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ecosystems/listed_testing.h"

namespace narrows::ecosystems::cocoapods {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(PodfileLock, ListsPodsButThoseOfAFolder) {
  const auto extracted = ParsePodfileLock(
      "PODS:\n  - Alamofire (5.4.0)\n  - Firebase/Core (8.0.0):\n    - Firebase/CoreOnly\n"
      "    - FirebaseAnalytics (~> 8.0.0)\n  - \"GoogleUtilities/Swizzler (7.4.1)\":\n"
      "    - GoogleUtilities/Logger\n  - Own (1.0.0)\n  - Odd\n\n"
      "DEPENDENCIES:\n  - Alamofire\n  - Own (from `../own`)\n\n"
      "EXTERNAL SOURCES:\n  Own:\n    :path: \"../own\"\n  Fork:\n    :git: "
      "https://example.org/f\n\n"
      "SPEC CHECKSUMS:\n  Alamofire: 00\n\nCOCOAPODS: 1.11.2\n");
  EXPECT_THAT(Listed(extracted),
              ElementsAre("Alamofire 5.4.0", "Firebase 8.0.0", "GoogleUtilities 7.4.1"));
  EXPECT_THAT(extracted->statuses, ElementsAre(HasSubstr("'Odd'")));
  EXPECT_THAT(Listed(ParsePodfileLock("PODS:\n\nCOCOAPODS: 1.11.2\n")), IsEmpty());
}

TEST(PodfileLock, RefusesOtherFiles) {
  for (const char* text : {"", "hello", "COCOAPODS: 1\n", "  - Alamofire (5.4.0)\n"})
    EXPECT_FALSE(ParsePodfileLock(text).has_value()) << text;
}

TEST(PodExtractors, TakeTheProjectsLockFile) {
  const auto extractors = MakePodExtractors();
  ASSERT_EQ(extractors.size(), 1u);
  EXPECT_TRUE(extractors[0]->Claims("app/ios/Podfile.lock"));
  EXPECT_FALSE(extractors[0]->Claims("app/ios/Podfile"));
  model::Package package{.name = "Alamofire", .version = "5.4.0"};
  extractors[0]->Complete(package, {});
  EXPECT_EQ(package.ecosystem, "CocoaPods");
  EXPECT_EQ(package.purl, "pkg:cocoapods/Alamofire@5.4.0");
}

}  // namespace
}  // namespace narrows::ecosystems::cocoapods
