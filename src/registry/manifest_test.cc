#include "registry/manifest.h"

#include <gtest/gtest.h>

namespace narrows::registry {
namespace {

std::string Digest(char digit) { return "sha256:" + std::string(64, digit); }

std::string ManifestText(
    const std::string& config_type = "application/vnd.oci.image.config.v1+json",
    const std::string& extra = "") {
  return R"({"schemaVersion":2,)" + extra + R"("config":{"mediaType":")" + config_type +
         R"(","digest":")" + Digest('c') + R"(","size":7},"layers":[)" +
         R"({"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":")" + Digest('1') +
         R"(","size":11},{"mediaType":"application/vnd.oci.image.layer.v1.tar+zstd","digest":")" +
         Digest('2') + R"(","size":12}]})";
}

std::string Entry(char digit, const std::string& platform, const std::string& extra = "") {
  return R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" + Digest(digit) +
         R"(","size":5)" + (platform.empty() ? "" : R"(,"platform":)" + platform) + extra + "}";
}

std::string IndexText(const std::vector<std::string>& entries) {
  std::string text = R"({"schemaVersion":2,"manifests":[)";
  for (const std::string& entry : entries) text += (&entry == &entries[0] ? "" : ",") + entry;
  return text + "]}";
}

ImageIndex Index(const std::vector<std::string>& entries) {
  auto parsed = ParseManifest(IndexText(entries), "");
  EXPECT_TRUE(parsed.has_value()) << parsed.error().message;
  return std::get<ImageIndex>(*parsed);
}

constexpr const char* kAmd64 = R"({"os":"linux","architecture":"amd64"})";

TEST(Manifest, OciImageGivesConfigAndLayersInOrder) {
  const auto parsed = ParseManifest(ManifestText(), "application/vnd.oci.image.manifest.v1+json");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  const auto& manifest = std::get<ImageManifest>(*parsed);
  EXPECT_EQ(manifest.config.digest, Digest('c'));
  ASSERT_EQ(manifest.layers.size(), 2u);
  EXPECT_EQ(manifest.layers[0].digest, Digest('1'));
  EXPECT_EQ(manifest.layers[1].size, 12);
}

TEST(Manifest, DockerSchema2AndListAreRead) {
  EXPECT_TRUE(
      ParseManifest(
          ManifestText("application/vnd.docker.container.image.v1+json",
                       R"("mediaType":"application/vnd.docker.distribution.manifest.v2+json",)"),
          "application/vnd.docker.distribution.manifest.v2+json; charset=utf-8")
          .has_value());
  const auto list = ParseManifest(IndexText({Entry('a', kAmd64)}),
                                  "application/vnd.docker.distribution.manifest.list.v2+json");
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(std::get<ImageIndex>(*list).manifests.size(), 1u);
}

TEST(Manifest, Schema1IsRefusedWithTheRemedy) {
  for (const auto& [text, type] :
       {std::pair{R"({"schemaVersion":1,"fsLayers":[]})", ""},
        std::pair{R"({})", "application/vnd.docker.distribution.manifest.v1+prettyjws"}}) {
    const auto parsed = ParseManifest(text, type);
    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(parsed.error().code, ErrorCode::kUnimplemented);
    EXPECT_NE(parsed.error().message.find("push it again"), std::string::npos);
  }
}

TEST(Manifest, AnArtifactIsNamedAndRefused) {
  const auto chart = ParseManifest(ManifestText("application/vnd.cncf.helm.config.v1+json"), "");
  ASSERT_FALSE(chart.has_value());
  EXPECT_EQ(chart.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_NE(chart.error().message.find("vnd.cncf.helm.config"), std::string::npos);
  const auto empty = ParseManifest(
      ManifestText("application/vnd.oci.empty.v1+json", R"("artifactType":"application/x-sbom",)"),
      "");
  ASSERT_FALSE(empty.has_value());
  EXPECT_NE(empty.error().message.find("application/x-sbom"), std::string::npos);
}

TEST(Manifest, MalformedInputIsAnErrorThatSaysWhat) {
  const auto message = [](const std::string& text, const std::string& type = "") {
    const auto parsed = ParseManifest(text, type);
    return parsed.has_value() ? std::string("accepted") : parsed.error().message;
  };
  EXPECT_NE(message("").find("malformed JSON"), std::string::npos);
  EXPECT_NE(message("[]").find("not a JSON object"), std::string::npos);
  EXPECT_NE(message("{}").find("schemaVersion"), std::string::npos);
  EXPECT_NE(message(ManifestText().substr(0, 200)).find("malformed JSON"), std::string::npos);
  EXPECT_NE(message(R"({"schemaVersion":2,"layers":[]})").find("\"config\""), std::string::npos);
  EXPECT_NE(message(R"({"schemaVersion":2,"manifests":[{"digest":"sha256:x","size":1}]})")
                .find("is not a digest"),
            std::string::npos);
  EXPECT_NE(
      message(R"({"schemaVersion":2,"manifests":[{"digest":")" + Digest('a') + R"(","size":-1}]})")
          .find("no valid size"),
      std::string::npos);
  EXPECT_NE(message(R"({"schemaVersion":2,"manifests":[7]})").find("not an object"),
            std::string::npos);
}

TEST(Manifest, TwoReadingsOfOneDocumentAreRefused) {
  const auto other =
      ParseManifest(ManifestText("application/vnd.oci.image.config.v1+json",
                                 R"("mediaType":"application/vnd.oci.image.manifest.v1+json",)"),
                    "application/vnd.oci.image.index.v1+json");
  ASSERT_FALSE(other.has_value());
  EXPECT_NE(other.error().message.find("is served as"), std::string::npos);
  const auto both = ParseManifest(
      ManifestText("application/vnd.oci.image.config.v1+json", R"("manifests":[],)"), "");
  ASSERT_FALSE(both.has_value());
  EXPECT_NE(both.error().message.find("both"), std::string::npos);
}

TEST(Manifest, LimitsHold) {
  std::string layers;
  for (size_t i = 0; i <= kMostLayers; ++i)
    layers += std::string(i ? "," : "") + R"({"digest":")" + Digest('1') + R"(","size":1})";
  const auto many = ParseManifest(
      R"({"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",)"
      R"("digest":")" +
          Digest('c') + R"(","size":1},"layers":[)" + layers + "]}",
      "");
  ASSERT_FALSE(many.has_value());
  EXPECT_EQ(many.error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(ParseManifest(std::string(kMostManifestBytes + 1, ' '), "").error().code,
            ErrorCode::kResourceExhausted);
}

TEST(ImageConfig, GivesPlatformAndDiffIds) {
  const auto config = ParseImageConfig(
      R"({"os":"linux","architecture":"arm64","variant":"v8","rootfs":{"type":"layers","diff_ids":[")" +
      Digest('d') + R"("]}})");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->platform, (model::Platform{"linux", "arm64", ""}));
  EXPECT_EQ(config->diff_ids, std::vector<std::string>{Digest('d')});
}

TEST(ImageConfig, AnImageWithoutLayersIsValidOneWithoutRootfsIsNot) {
  EXPECT_TRUE(ParseImageConfig(R"({"rootfs":{"type":"layers","diff_ids":null}})").has_value());
  EXPECT_FALSE(ParseImageConfig(R"({"os":"linux"})").has_value());
  EXPECT_FALSE(ParseImageConfig(R"({"rootfs":{"diff_ids":"x"}})").has_value());
  EXPECT_FALSE(ParseImageConfig(R"({"rootfs":{"diff_ids":["x"]}})").has_value());
}

TEST(JoinLayers, CountsMustAgree) {
  const auto parsed = ParseManifest(ManifestText(), "");
  const auto& manifest = std::get<ImageManifest>(*parsed);
  ImageConfig config{.diff_ids = {Digest('d')}};
  EXPECT_FALSE(JoinLayers(manifest, config).has_value());
  config.diff_ids.push_back(Digest('e'));
  const auto layers = JoinLayers(manifest, config);
  ASSERT_TRUE(layers.has_value());
  EXPECT_EQ(layers->at(1).diff_id, Digest('e'));
  EXPECT_EQ(layers->at(1).digest, Digest('2'));
}

TEST(Platform, AttestationsAndArtifactsAreNoCandidates) {
  const ImageIndex index = Index(
      {Entry('a', R"({"os":"unknown","architecture":"unknown"})"),
       Entry('b', "", R"(,"annotations":{"vnd.docker.reference.type":"attestation-manifest"})"),
       Entry('c', "", R"(,"artifactType":"application/x-sbom")"), Entry('d', kAmd64)});
  ASSERT_EQ(index.manifests.size(), 1u);
  EXPECT_EQ(ChoosePlatform(index, {})->digest, Digest('d'));
}

struct Choice {
  model::Platform wanted;
  std::vector<std::string> offered;
  char chosen;  // 0: none
};

class PlatformChoice : public testing::TestWithParam<Choice> {};

TEST_P(PlatformChoice, IsContainerds) {
  const auto chosen = ChoosePlatform(Index(GetParam().offered), GetParam().wanted);
  if (GetParam().chosen == 0) {
    ASSERT_FALSE(chosen.has_value());
    EXPECT_EQ(chosen.error().code, ErrorCode::kNotFound);
    EXPECT_NE(chosen.error().message.find("no platform"), std::string::npos);
  } else {
    ASSERT_TRUE(chosen.has_value()) << chosen.error().message;
    EXPECT_EQ(chosen->digest, Digest(GetParam().chosen));
  }
}

std::string P(char digit, const std::string& architecture, const std::string& variant = "") {
  return Entry(digit, R"({"os":"linux","architecture":")" + architecture + R"(","variant":")" +
                          variant + R"("})");
}

INSTANTIATE_TEST_SUITE_P(
    Vectors, PlatformChoice,
    testing::Values(Choice{{"linux", "amd64", ""}, {P('1', "arm64"), P('2', "amd64")}, '2'},
                    Choice{{"linux", "x86_64", ""}, {P('2', "amd64", "v1")}, '2'},
                    Choice{{"linux", "amd64", ""}, {P('2', "amd64", "v3")}, 0},
                    Choice{{"linux", "amd64", "v3"}, {P('1', "amd64"), P('2', "amd64", "v2")}, '2'},
                    Choice{{"linux", "amd64", ""}, {P('3', "386")}, '3'},
                    Choice{{"linux", "arm64", "v8"}, {P('1', "arm", "v7"), P('2', "arm64")}, '2'},
                    Choice{{"linux", "arm64", ""}, {P('2', "arm64", "v8")}, '2'},
                    Choice{
                        {"linux", "aarch64", ""}, {P('1', "arm", "v6"), P('2', "arm", "v7")}, '2'},
                    Choice{{"linux", "arm", "v7"}, {P('1', "arm", "v5"), P('2', "arm", "v6")}, '2'},
                    Choice{{"linux", "arm", ""}, {P('2', "arm", "v7")}, '2'},
                    Choice{{"linux", "arm", "v6"}, {P('2', "arm", "v7")}, 0},
                    Choice{{"linux", "arm", "v99999999999"}, {P('2', "arm", "v5")}, '2'},
                    Choice{{"windows", "amd64", ""}, {P('2', "amd64")}, 0},
                    Choice{{"linux", "s390x", ""}, {P('1', "amd64"), Entry('2', "")}, '2'},
                    Choice{{"linux", "amd64", ""}, {Entry('a', R"({"os":"unknown"})")}, 0}));

}  // namespace
}  // namespace narrows::registry
