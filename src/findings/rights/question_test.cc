#include "findings/rights/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace narrows::findings::rights {
namespace {

using Kind = model::RbacSubject::Kind;

TEST(ParseAccessRequestTest, TypesAreWrittenAsKubectlWritesThem) {
  const auto parse = [](const char* text) {
    const auto request = ParseAccessRequest("GET", text);
    EXPECT_TRUE(request.has_value()) << text;
    return request.has_value() ? request->ToString() : "";
  };
  const std::string all = " in the whole cluster";
  EXPECT_EQ(parse("pods"), "get pods" + all);
  EXPECT_EQ(parse("po"), "get pods" + all);
  EXPECT_EQ(parse("Deployment"), "get deployments.apps" + all);
  EXPECT_EQ(parse("deploy.apps"), "get deployments.apps" + all);
  EXPECT_EQ(parse("pods/exec"), "get pods/exec" + all);
  EXPECT_EQ(parse("deployments/scale"), "get deployments.apps/scale" + all);
  EXPECT_EQ(parse("widgets.example.com"), "get widgets.example.com" + all);
  EXPECT_EQ(parse("events.events.k8s.io"), "get events.events.k8s.io" + all);
  EXPECT_EQ(parse("*"), "get *.*" + all);
  EXPECT_EQ(parse("/healthz/*"), "get /healthz/*");
}

TEST(ParseAccessRequestTest, AForeignTypeNeedsItsGroup) {
  const auto request = ParseAccessRequest("get", "widgets");
  ASSERT_FALSE(request.has_value());
  EXPECT_THAT(request.error().message, ::testing::HasSubstr("widgets.example.com"));
  EXPECT_FALSE(ParseAccessRequest("", "pods").has_value());
  EXPECT_FALSE(ParseAccessRequest("get", "").has_value());
}

TEST(ParseAccessRequestTest, TypesWithoutNamespacesAreKnown) {
  EXPECT_TRUE(IsNamespacedType(*ParseAccessRequest("get", "pods")));
  EXPECT_FALSE(IsNamespacedType(*ParseAccessRequest("get", "nodes/proxy")));
  EXPECT_TRUE(IsNamespacedType(*ParseAccessRequest("get", "nodes.metrics.k8s.io")));
  EXPECT_FALSE(IsNamespacedType(*ParseAccessRequest("get", "/metrics")));
}

TEST(ParseSubjectTest, EveryKindHasAForm) {
  const model::RbacSubject web{Kind::kServiceAccount, "shop", "web"};
  for (const char* text : {"sa:shop/web", "sa:shop:web", "system:serviceaccount:shop:web",
                           "user:system:serviceaccount:shop:web"}) {
    EXPECT_EQ(*ParseSubject(text), web) << text;
  }
  EXPECT_EQ(*ParseSubject("group:dev"), (model::RbacSubject{Kind::kGroup, "", "dev"}));
  EXPECT_EQ(*ParseSubject("user:jane"), (model::RbacSubject{Kind::kUser, "", "jane"}));
  EXPECT_EQ(*ParseSubject("jane"), (model::RbacSubject{Kind::kUser, "", "jane"}));
  for (const char* text : {"", "group:", "user:", "sa:", "sa:web", "sa:/web", "sa:shop/"}) {
    EXPECT_FALSE(ParseSubject(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace narrows::findings::rights
