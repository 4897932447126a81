#include "registry/archive_source.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/file.h"
#include "base/sha256.h"
#include "registry/test_compress.h"
#include "registry/test_tar.h"

namespace narrows::registry {
namespace {

std::string Digest(std::string_view bytes) { return "sha256:" + Sha256Hex(bytes); }

// An image of one layer, as blobs.
struct Sample {
  explicit Sample(const std::string& file, const std::string& architecture = "amd64") {
    tar = TestTar().File(file, "content of " + file).Finish();
    layer = TestGzip(tar);
    config = R"({"os":"linux","architecture":")" + architecture +
             R"(","rootfs":{"type":"layers","diff_ids":[")" + Digest(tar) + R"("]}})";
    manifest =
        R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",)"
        R"("config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":")" +
        Digest(config) + R"(","size":)" + std::to_string(config.size()) +
        R"(},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":")" +
        Digest(layer) + R"(","size":)" + std::to_string(layer.size()) + "}]}";
  }
  std::string Entry(const std::string& more) const {
    return R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" +
           Digest(manifest) + R"(","size":)" + std::to_string(manifest.size()) + more + "}";
  }
  std::string tar, layer, config, manifest;
};

std::string Named(const std::string& name) {
  return R"(,"annotations":{"org.opencontainers.image.ref.name":")" + name + "\"}";
}
std::string For(const std::string& architecture) {
  return R"(,"platform":{"os":"linux","architecture":")" + architecture + "\"}";
}
std::string IndexOf(const std::vector<std::string>& entries) {
  std::string text = R"({"schemaVersion":2,"manifests":[)";
  for (const std::string& entry : entries) text += (text.back() == '[' ? "" : ",") + entry;
  return text + "]}";
}

class ArchiveSource : public ::testing::Test {
 protected:
  // The files of an archive, as a folder or as a tar file.
  using Files = std::map<std::string, std::string>;

  static Files Layout(const std::vector<Sample>& samples, const std::string& index) {
    Files files{{"oci-layout", R"({"imageLayoutVersion":"1.0.0"})"}, {"index.json", index}};
    for (const Sample& sample : samples)
      for (const std::string* blob : {&sample.layer, &sample.config, &sample.manifest})
        files["blobs/sha256/" + Sha256Hex(*blob)] = *blob;
    return files;
  }

  std::filesystem::path Folder(const Files& files) {
    const auto root = dir_->path() / "layout";
    for (const auto& [name, content] : files) {
      std::filesystem::create_directories((root / name).parent_path());
      Write(root / name, content);
    }
    return root;
  }
  std::filesystem::path Tar(const Files& files) {
    TestTar tar;
    for (const auto& [name, content] : files) tar.File("./" + name, content);
    return File(tar.Finish());
  }
  std::filesystem::path File(const std::string& bytes) {
    Write(dir_->path() / "image.tar", bytes);
    return dir_->path() / "image.tar";
  }
  static void Write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }

  static Result<ResolvedImage> Resolve(const std::filesystem::path& path,
                                       const std::string& image = "",
                                       const model::Platform& platform = {}) {
    ASSIGN_OR_RETURN(const std::unique_ptr<ImageSource> source, MakeArchiveSource({path, image}));
    ASSIGN_OR_RETURN(ResolvedImage resolved, source->Resolve(platform, {}));
    for (const model::Layer& layer : resolved.layers) {
      std::string bytes;
      RETURN_IF_ERROR(source->ReadLayer(layer, {}, [&](std::string_view piece) {
        bytes += piece;
        return Ok();
      }));
      EXPECT_EQ(static_cast<int64_t>(bytes.size()), layer.size);
      if (!layer.digest.empty()) {
        EXPECT_EQ(Digest(bytes), layer.digest);
      }
    }
    return resolved;
  }
  static std::string Refusal(const std::filesystem::path& path, const std::string& image = "") {
    const auto resolved = Resolve(path, image);
    return resolved.has_value() ? "" : resolved.error().message;
  }

  std::optional<ScopedTempDir> dir_{*ScopedTempDir::Create()};
};

TEST_F(ArchiveSource, ReadsALayoutInAFolderAndInATarFile) {
  const Sample sample("etc/a");
  const Files files = Layout({sample}, IndexOf({sample.Entry(Named("1"))}));
  for (const auto& path : {Folder(files), Tar(files)}) {
    const auto image = Resolve(path);
    ASSERT_TRUE(image.has_value()) << image.error().message;
    EXPECT_EQ(image->digest, Digest(sample.manifest));
    EXPECT_EQ(image->config_digest, Digest(sample.config));
    EXPECT_EQ(image->index_digest, "");
    ASSERT_EQ(image->layers.size(), 1u);
    EXPECT_EQ(image->layers[0].diff_id, Digest(sample.tar));
    EXPECT_EQ(image->layers[0].digest, Digest(sample.layer));
  }
}

TEST_F(ArchiveSource, ChoosesByNameTagAndDigestAndNamesWhatThereIs) {
  const Sample first("first"), second("second");
  const auto path =
      Folder(Layout({first, second}, IndexOf({first.Entry(Named("docker.io/library/box:1")),
                                              second.Entry(Named("docker.io/library/box:2"))})));
  EXPECT_EQ(Resolve(path, "box:2")->digest, Digest(second.manifest));
  EXPECT_EQ(Resolve(path, "1")->digest, Digest(first.manifest));
  EXPECT_EQ(Resolve(path, Digest(second.manifest))->digest, Digest(second.manifest));
  EXPECT_NE(Refusal(path).find("say which; it has: docker.io/library/box:1, "), std::string::npos);
  EXPECT_NE(Refusal(path, "box:3").find("no image 'box:3'; it has: "), std::string::npos);
}

TEST_F(ArchiveSource, ChoosesThePlatformInNestedIndexes) {
  const Sample amd("amd"), arm("arm", "arm64");
  const std::string inner = IndexOf({amd.Entry(For("amd64")), arm.Entry(For("arm64"))});
  Files files = Layout(
      {amd, arm}, IndexOf({R"({"mediaType":"application/vnd.oci.image.index.v1+json","digest":")" +
                           Digest(inner) + R"(","size":)" + std::to_string(inner.size()) + "}"}));
  files["blobs/sha256/" + Sha256Hex(inner)] = inner;
  const auto path = Folder(files);
  const auto image = Resolve(path, "", {.architecture = "arm64"});
  ASSERT_TRUE(image.has_value()) << image.error().message;
  EXPECT_EQ(image->digest, Digest(arm.manifest));
  EXPECT_EQ(image->index_digest, Digest(inner));
  EXPECT_EQ(image->platform.architecture, "arm64");
  EXPECT_EQ(Resolve(path, "", {.architecture = "s390x"}).error().code, ErrorCode::kNotFound);
}

TEST_F(ArchiveSource, VerifiesManifestAndConfiguration) {
  const Sample sample("etc/a");
  for (const std::string& blob : {sample.manifest, sample.config}) {
    Files files = Layout({sample}, IndexOf({sample.Entry("")}));
    files["blobs/sha256/" + Sha256Hex(blob)] += " ";
    const auto image = Resolve(Folder(files));
    ASSERT_FALSE(image.has_value());
    EXPECT_EQ(image.error().code, ErrorCode::kDataLoss);
    EXPECT_NE(image.error().message.find(Digest(blob)), std::string::npos);
  }
}

TEST_F(ArchiveSource, ReadsADockerSaveFileOfSeveralImages) {
  const Sample first("first"), second("second");
  TestTar tar;
  tar.File("abc/layer.tar", first.tar);
  tar.Symlink("def/layer.tar", "../abc/layer.tar");
  tar.File(Sha256Hex(first.config) + ".json", first.config);
  tar.File("blobs/sha256/" + Sha256Hex(second.tar), second.tar);
  tar.File("blobs/sha256/" + Sha256Hex(second.config), second.config);
  tar.File("manifest.json",
           R"([{"Config":")" + Sha256Hex(first.config) +
               R"(.json","RepoTags":["box:1","box:latest"],"Layers":["def/layer.tar"]},)"
               R"({"Config":"blobs/sha256/)" +
               Sha256Hex(second.config) + R"(","RepoTags":null,"Layers":["blobs/sha256/)" +
               Sha256Hex(second.tar) + R"("]}])");
  const auto path = File(tar.Finish());
  const auto image = Resolve(path, "docker.io/library/box:latest");
  ASSERT_TRUE(image.has_value()) << image.error().message;
  EXPECT_EQ(image->digest, Digest(first.config));
  EXPECT_EQ(image->layers[0].digest, "");
  EXPECT_EQ(image->layers[0].size, static_cast<int64_t>(first.tar.size()));
  EXPECT_EQ(Resolve(path, Digest(second.config))->layers[0].digest, Digest(second.tar));
  EXPECT_NE(Refusal(path).find("box:1, box:latest, sha256:"), std::string::npos) << Refusal(path);
  EXPECT_NE(Refusal(path, "box:3").find("no image 'box:3'"), std::string::npos);
}

TEST_F(ArchiveSource, ReadsNothingBesideItsFolder) {
  const Sample sample("a");
  const auto beside = dir_->path() / "beside.json";
  std::ofstream(beside) << sample.config;
  for (const std::string& name : {beside.string(), std::string("../beside.json")}) {
    const auto folder = dir_->path() / "image";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "manifest.json") << R"([{"Config":")" << name << R"(","Layers":[]}])";
    EXPECT_NE(Refusal(folder).find("cannot open"), std::string::npos) << Refusal(folder);
  }
}

TEST_F(ArchiveSource, NamesTheRemedyForWhatIsNoImage) {
  EXPECT_NE(Refusal(dir_->path() / "absent").find("there is no file or folder"), std::string::npos);
  EXPECT_NE(Refusal(File(TestGzip("x"))).find("unpack it first"), std::string::npos);
  EXPECT_NE(Refusal(File(TestTar().File("a", "").Finish())).find("docker save"), std::string::npos);
  EXPECT_NE(Refusal(File(std::string(5000, 'x'))).find("no usable tar file"), std::string::npos);
  EXPECT_NE(Refusal(dir_->path()).find("OCI image layout"), std::string::npos);
  EXPECT_NE(Refusal("/dev/null").find("not a regular file"), std::string::npos);
}

TEST_F(ArchiveSource, ReportsTruncatedAndDamagedFiles) {
  const Sample sample("etc/a");
  const std::string manifest = R"([{"Config":"c.json","RepoTags":["b:1"],"Layers":["l.tar"]}])";
  const std::string whole = TestTar()
                                .File("manifest.json", manifest)
                                .File("c.json", sample.config)
                                .File("l.tar", sample.tar)
                                .Finish();
  EXPECT_TRUE(Resolve(File(whole)).has_value());
  EXPECT_NE(Refusal(File(whole.substr(0, 2600))).find("truncated"), std::string::npos);
  for (const char* bad : {"", "{}", "[]", "[1]", R"([{"Config":""}])", R"([{"Config":"x"}])",
                          R"([{"Config":"c.json","Layers":["none"]}])",
                          R"([{"Config":"c.json","Layers":["l.tar","l.tar"]}])"}) {
    EXPECT_NE(Refusal(File(TestTar()
                               .File("manifest.json", bad)
                               .File("c.json", sample.config)
                               .File("l.tar", sample.tar)
                               .Finish())),
              "")
        << bad;
  }
  const std::string loop = TestTar().Symlink("manifest.json", "manifest.json").Finish();
  EXPECT_NE(Refusal(File(loop)), "");
}

}  // namespace
}  // namespace narrows::registry
