#include "registry/image_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace narrows::registry {
namespace {

struct Case {
  std::string pattern;
  std::string repository;
  bool matches;
};

class ImagePattern : public testing::TestWithParam<Case> {};

TEST_P(ImagePattern, MatchesAsTheKubeletDoes) {
  EXPECT_EQ(MatchesImagePattern(GetParam().pattern, GetParam().repository), GetParam().matches)
      << GetParam().pattern << " for " << GetParam().repository;
  EXPECT_TRUE(CheckImagePattern(GetParam().pattern).has_value()) << GetParam().pattern;
}

// Each row is what URLsMatchStr of Kubernetes 1.34.4 (pkg/credentialprovider) says.
INSTANTIATE_TEST_SUITE_P(
    Kubernetes, ImagePattern,
    testing::Values(
        Case{"123.dkr.ecr.us-east-1.amazonaws.com", "123.dkr.ecr.us-east-1.amazonaws.com/a", true},
        Case{"*.dkr.ecr.*.amazonaws.com", "123.dkr.ecr.us-east-1.amazonaws.com/a", true},
        Case{"*.dkr.ecr.*.amazonaws.com", "123.dkr.ecr.us-east-1.amazonaws.com.cn/a", false},
        Case{"*.azurecr.io", "team.azurecr.io/app", true},
        Case{"*.azurecr.io", "azurecr.io/app", false},
        Case{"*.azurecr.io", "a.b.azurecr.io/app", false}, Case{"*.io", "k8s.io/app", true},
        Case{"*.io", "registry.k8s.io/app", false}, Case{"k8s.*.io", "k8s.gcr.io/app", true},
        Case{"k8s.*", "k8s.io/a", true}, Case{"app*.k8s.io", "app1.k8s.io/x", true},
        Case{"app*.k8s.io", "app.k8s.io/x", true}, Case{"app*.k8s.io", "1app.k8s.io/x", false},
        Case{"*.*.registry.io", "a.b.registry.io/x", true}, Case{"gcr.io", "gcr.io/p/x", true},
        Case{"gcr.io", "eu.gcr.io/p/x", false}, Case{"r.io:8080/path", "r.io:8080/path/x", true},
        Case{"r.io:8080/path", "r.io:8080/pathology/x", true},
        Case{"r.io:8080/path", "r.io:8080/other/x", false},
        Case{"r.io:8080/path", "r.io/path/x", false}, Case{"r.io/path", "r.io:8080/path/x", false},
        Case{"r.io", "r.io:5000/x", false}, Case{"r.io:5000", "r.io/x", false},
        Case{"r.io/", "r.io/x", true}, Case{"r.io:", "r.io/x", true},
        Case{"docker.io", "docker.io/library/nginx", true},
        Case{"docker.io/library", "docker.io/library/nginx", true},
        Case{"index.docker.io", "docker.io/library/nginx", false}, Case{"*", "localhost/x", true},
        Case{"*", "localhost:5000/x", false}, Case{"*:5000", "localhost:5000/x", true},
        Case{"**.io", "r.io/x", true}, Case{"*.io/team/*", "r.io/team/x", false},
        Case{"127.0.0.*:5000", "127.0.0.1:5000/x", true}, Case{"*.*.*.*", "10.0.0.1/x", true},
        Case{"[::1]:5000", "[::1]:5000/x", true}, Case{"r.io/Team", "r.io/team/x", false}));

TEST(CheckImagePattern, RefusesWhatTheKubeletRefusesOrNeverMatches) {
  for (const char* pattern :
       {"", "r[a-c].io", "r[^a-c].io", "[a-c].io", "r[a.io", "r?.io", "r .io", "r\\b.io", "r.io\t",
        "r.io:*", "r.io/a\nb", "/team", "user@r.io", "https://r.io"})
    EXPECT_FALSE(CheckImagePattern(pattern).has_value()) << pattern;
}

}  // namespace
}  // namespace narrows::registry
