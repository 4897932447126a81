#include "control/fetch_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::vector<std::string> Names(const std::string& image, const std::string& image_id) {
  const auto attempts = PlanFetch({image, image_id, {}, "shop", "default", {}});
  if (!attempts.has_value()) return {"error: " + attempts.error().message};
  std::vector<std::string> names;
  for (const FetchAttempt& attempt : *attempts) {
    names.push_back(attempt.reference.ToString() + (attempt.expected_config.empty() ? "" : " = ") +
                    attempt.expected_config);
  }
  return names;
}

TEST(PlanFetch, TheDigestThatRunsIsReadNotTheTagOfTheSpec) {
  EXPECT_THAT(Names("r.local:5000/shop/web:1", "r.local:5000/shop/web@" + kDigest),
              ElementsAre("r.local:5000/shop/web@" + kDigest));
}

TEST(PlanFetch, ARepositoryOfTheNodeThatIsNotTheSpecsIsTriedFirst) {
  EXPECT_THAT(Names("nginx", "mirror.local/nginx@" + kDigest),
              ElementsAre("mirror.local/nginx@" + kDigest, "docker.io/library/nginx@" + kDigest));
}

TEST(PlanFetch, ADigestWithoutARepositoryIsReadInTheSpecs) {
  EXPECT_THAT(Names("quay.io/a/b:2", "docker-pullable://quay.io/a/b@" + kDigest),
              ElementsAre("quay.io/a/b@" + kDigest));
}

TEST(PlanFetch, AConfigurationsDigestMustBeWhatTheTagLeadsTo) {
  EXPECT_THAT(Names("quay.io/a/b:2", kDigest), ElementsAre("quay.io/a/b:2 = " + kDigest));
  EXPECT_THAT(Names("quay.io/a/b:2", "docker://" + kDigest),
              ElementsAre("quay.io/a/b:2 = " + kDigest));
}

TEST(PlanFetch, AnUnreadableImageOfTheSpecDoesNotHideTheDigestThatRuns) {
  EXPECT_THAT(Names(kDigest, "quay.io/a/b@" + kDigest), ElementsAre("quay.io/a/b@" + kDigest));
  EXPECT_THAT(Names("NOT AN IMAGE", kDigest), ElementsAre(HasSubstr("the container's image")));
}

TEST(PlanFetch, AForeignImageIdIsNamed) {
  EXPECT_THAT(Names("nginx", "???"), ElementsAre(HasSubstr("the container's imageID")));
}

}  // namespace
}  // namespace narrows::control
