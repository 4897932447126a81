#include "http/url.h"

#include <gtest/gtest.h>

namespace narrows::http {
namespace {

TEST(Url, ParsesAndComposes) {
  const auto url = Url::Parse("HTTPS://Registry.Example.com:5000/v2/a%2Fb/?n=1&x=%20#part");
  ASSERT_TRUE(url.has_value()) << url.error().message;
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "registry.example.com");
  EXPECT_EQ(url->port, 5000);
  EXPECT_EQ(url->path, "/v2/a%2Fb/");
  EXPECT_EQ(url->query, "n=1&x=%20");
  EXPECT_EQ(url->ToString(), "https://registry.example.com:5000/v2/a%2Fb/?n=1&x=%20");
  EXPECT_EQ(url->WithoutQuery(), "https://registry.example.com:5000/v2/a%2Fb/");
}

TEST(Url, KnowsTheSchemesPortAndIpv6) {
  EXPECT_EQ(Url::Parse("http://a")->EffectivePort(), 80);
  EXPECT_EQ(Url::Parse("https://a")->EffectivePort(), 443);
  EXPECT_EQ(Url::Parse("http://a")->path, "/");
  const auto url = Url::Parse("http://[::1]:80/x");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->Origin(), "http://[::1]:80");
}

TEST(Url, RefusesWhatIsNoHttpUrl) {
  for (const char* text :
       {"", "a", "/x", "ftp://a/", "file:///etc/passwd", "http://", "http:///x", "http://a:99999/",
        "http://127.0.0.1:49479releases", "http://a:80x/y", "http://[::1]:5x", "http://a:0/",
        "http://a b/", "http://a/\n", "http://good%40evil/", "http://evil%2Fgood/",
        "http://evil%00.good/", "http://a%1B%5D0/", "http://a!b/"}) {
    EXPECT_FALSE(Url::Parse(text).has_value()) << text;
  }
  EXPECT_FALSE(Url::Parse("http://a/" + std::string(70'000, 'x')).has_value());
}

TEST(Url, RefusesCredentialsWithoutRepeatingThem) {
  for (const char* text :
       {"http://joe:hunter2@a/", "http://hunter2@a/", "http://joe:hunter2@a b"}) {
    const auto url = Url::Parse(text);
    ASSERT_FALSE(url.has_value());
    EXPECT_EQ(url.error().message.find("hunter2"), std::string::npos) << url.error().message;
  }
}

TEST(Url, ResolvesReferences) {
  const auto base = Url::Parse("https://r.example:8443/v2/lib/a?x=1");
  ASSERT_TRUE(base.has_value());
  const std::pair<const char*, const char*> cases[] = {
      {"https://cdn.example/blob?sig=1", "https://cdn.example/blob?sig=1"},
      {"//cdn.example/b", "https://cdn.example/b"},
      {"/v2/up", "https://r.example:8443/v2/up"},
      {"b", "https://r.example:8443/v2/lib/b"},
      {"../b", "https://r.example:8443/v2/b"},
      {"?y=2", "https://r.example:8443/v2/lib/a?y=2"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto url = base->Resolve(reference);
    ASSERT_TRUE(url.has_value()) << reference;
    EXPECT_EQ(url->ToString(), expected) << reference;
  }
  EXPECT_FALSE(base->Resolve("ftp://x/").has_value());
  EXPECT_FALSE(base->Resolve("http://u:p@x/").has_value());
}

}  // namespace
}  // namespace narrows::http
