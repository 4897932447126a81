#include "registry/image_reference.h"

#include <gtest/gtest.h>

namespace narrows::registry {
namespace {

const std::string kHex(64, 'a');
const std::string kDigest = "sha256:" + kHex;

struct Valid {
  std::string text;
  std::string canonical;
  std::string familiar;
};

class ValidReference : public testing::TestWithParam<Valid> {};

TEST_P(ValidReference, IsReadAsContainerdReadsIt) {
  const auto reference = ImageReference::Parse(GetParam().text);
  ASSERT_TRUE(reference.has_value()) << reference.error().message;
  EXPECT_EQ(reference->ToString(), GetParam().canonical);
  EXPECT_EQ(reference->ToFamiliarString(), GetParam().familiar);
  const auto again = ImageReference::Parse(reference->ToString());
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(*again, *reference);
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, ValidReference,
    testing::Values(
        Valid{"ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"},
        Valid{"ubuntu:22.04", "docker.io/library/ubuntu:22.04", "ubuntu:22.04"},
        Valid{"library/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"},
        Valid{"docker.io/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"},
        Valid{"docker.io/library/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"},
        Valid{"index.docker.io/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"},
        Valid{"index.docker.io/a/b:1", "docker.io/a/b:1", "a/b:1"},
        Valid{"grafana/grafana:9.5", "docker.io/grafana/grafana:9.5", "grafana/grafana:9.5"},
        Valid{"a/b/c", "docker.io/a/b/c:latest", "a/b/c:latest"},
        Valid{"docker.io/library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest"},
        Valid{"quay.io/coreos/etcd:v3", "quay.io/coreos/etcd:v3", "quay.io/coreos/etcd:v3"},
        Valid{"localhost/app", "localhost/app:latest", "localhost/app:latest"},
        Valid{"localhost:5000/app:1", "localhost:5000/app:1", "localhost:5000/app:1"},
        Valid{"127.0.0.1:5000/a/b", "127.0.0.1:5000/a/b:latest", "127.0.0.1:5000/a/b:latest"},
        Valid{"host:5000/app", "host:5000/app:latest", "host:5000/app:latest"},
        Valid{"[::1]:5000/app:x", "[::1]:5000/app:x", "[::1]:5000/app:x"},
        Valid{"[2001:DB8::7]/app", "[2001:DB8::7]/app:latest", "[2001:DB8::7]/app:latest"},
        // An upper-case first part cannot be a repository, so it names a host.
        Valid{"MyHost/app", "MyHost/app:latest", "MyHost/app:latest"},
        Valid{"Registry.Example.com/app", "Registry.Example.com/app:latest",
              "Registry.Example.com/app:latest"},
        Valid{"ubuntu@" + kDigest, "docker.io/library/ubuntu@" + kDigest, "ubuntu@" + kDigest},
        Valid{"ubuntu:1@" + kDigest, "docker.io/library/ubuntu:1@" + kDigest,
              "ubuntu:1@" + kDigest},
        Valid{"r.io:443/a:t@" + kDigest, "r.io:443/a:t@" + kDigest, "r.io:443/a:t@" + kDigest},
        Valid{"a__b/c--d.e_f", "docker.io/a__b/c--d.e_f:latest", "a__b/c--d.e_f:latest"},
        Valid{"app:_Tag.1-X", "docker.io/library/app:_Tag.1-X", "app:_Tag.1-X"},
        // A short hexadecimal name is a name.
        Valid{"deadbeef", "docker.io/library/deadbeef:latest", "deadbeef:latest"},
        Valid{"xn--n3h.example/app", "xn--n3h.example/app:latest", "xn--n3h.example/app:latest"},
        Valid{"app:" + std::string(128, 't'), "docker.io/library/app:" + std::string(128, 't'),
              "app:" + std::string(128, 't')},
        Valid{"r.io/" + std::string(255, 'p'), "r.io/" + std::string(255, 'p') + ":latest",
              "r.io/" + std::string(255, 'p') + ":latest"}));

struct Invalid {
  std::string text;
  std::string fault;  // a part of the message
};

class InvalidReference : public testing::TestWithParam<Invalid> {};

TEST_P(InvalidReference, IsRefusedWithTheFault) {
  const auto reference = ImageReference::Parse(GetParam().text);
  ASSERT_FALSE(reference.has_value()) << reference->ToString();
  EXPECT_NE(reference.error().message.find(GetParam().fault), std::string::npos)
      << reference.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, InvalidReference,
    testing::Values(
        Invalid{"", "empty"}, Invalid{"Ubuntu", "lower case: write \"library/ubuntu\""},
        Invalid{"quay.io/CoreOS/etcd", "lower case"}, Invalid{kHex, "image's id"},
        Invalid{"https://quay.io/a/b", "scheme"}, Invalid{"docker://ubuntu", "scheme"},
        Invalid{"ubuntu :1", "white space"}, Invalid{"ubuntu\n", "white space"},
        Invalid{"ubuntu:", "tag after ':' is empty"}, Invalid{":tag", "repository is missing"},
        Invalid{"quay.io/", "repository is missing"}, Invalid{"/ubuntu", "is empty"},
        Invalid{"a//b", "is empty"}, Invalid{"a/b/", "is empty"},
        Invalid{"a..b/c.-d", "is not a host name"}, Invalid{"a___b", "not a repository name"},
        Invalid{"-a", "not a repository name"}, Invalid{"a-", "not a repository name"},
        Invalid{"a._b", "not a repository name"}, Invalid{"app:.tag", "is not a tag"},
        Invalid{"app:-tag", "is not a tag"}, Invalid{"app:t+1", "is not a tag"},
        Invalid{"app:" + std::string(129, 't'), "129 characters"},
        Invalid{"r.io/" + std::string(256, 'p'), "256 characters"},
        Invalid{"host:port/app", "port is not a number"},
        Invalid{"host:/app", "port is not a number"}, Invalid{"[::1/app", "closing bracket"},
        Invalid{"[::g]/app", "not an IPv6"}, Invalid{"[::1]x/app", "only a port"},
        Invalid{"-h.io/app", "not a host name"}, Invalid{"app@sha256:abc", "is not a digest"},
        Invalid{"app@", "is not a digest"},
        Invalid{"app@sha256:" + std::string(64, 'A'), "is not a digest"},
        Invalid{"app@md5:" + std::string(32, 'a'), "is not a digest"},
        Invalid{"app@sha512:" + std::string(128, 'a'), "use the sha256 digest"},
        Invalid{"app@" + kDigest + "@" + kDigest, "is not a digest"},
        Invalid{"app\x01", "not a repository name"}, Invalid{std::string(5000, 'a'), "too long"}));

TEST(ImageReference, DigestIsWhatTheRegistryIsAskedFor) {
  EXPECT_EQ(ImageReference::Parse("a:1@" + kDigest)->Wanted(), kDigest);
  EXPECT_EQ(ImageReference::Parse("a:1")->Wanted(), "1");
  EXPECT_EQ(ImageReference::Parse("a@" + kDigest)->tag(), "");
}

struct ImageId {
  std::string text;
  std::string repository;
  bool is_configuration;
};

class ValidImageId : public testing::TestWithParam<ImageId> {};

TEST_P(ValidImageId, GivesTheDigest) {
  const auto running = ParseImageId(GetParam().text);
  ASSERT_TRUE(running.has_value()) << running.error().message;
  EXPECT_EQ(running->digest, kDigest);
  EXPECT_EQ(running->repository, GetParam().repository);
  EXPECT_EQ(running->is_configuration, GetParam().is_configuration);
}

INSTANTIATE_TEST_SUITE_P(Vectors, ValidImageId,
                         testing::Values(ImageId{"docker-pullable://nginx@" + kDigest,
                                                 "docker.io/library/nginx", false},
                                         ImageId{"quay.io/a/b@" + kDigest, "quay.io/a/b", false},
                                         ImageId{"r.io:5000/a:1@" + kDigest, "r.io:5000/a", false},
                                         ImageId{"docker://" + kDigest, "", true},
                                         ImageId{kDigest, "", true}, ImageId{kHex, "", true}));

TEST(ParseImageId, RefusesWhatIsNoDigest) {
  for (const std::string_view text :
       {"", "nginx", "nginx:1", "docker://", "@", "sha256:abc", "docker-pullable://x@sha256:1"})
    EXPECT_FALSE(ParseImageId(text).has_value()) << text;
}

}  // namespace
}  // namespace narrows::registry
