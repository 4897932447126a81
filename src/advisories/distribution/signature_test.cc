#include "advisories/distribution/signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "advisories/distribution/test_keys.h"

namespace narrows::advisories::distribution {
namespace {

using testing::HasSubstr;
using testing::Not;

class SignatureOf : public testing::TestWithParam<const char*> {};

TEST_P(SignatureOf, IsByItsKeyAndForItsDocumentOnly) {
  const TestKeys keys = MakeTestKeys(GetParam());
  const TestKeys others = MakeTestKeys(GetParam());
  const auto signatures = Sign("document", keys.private_pem);
  ASSERT_TRUE(signatures.has_value()) << signatures.error().message;
  EXPECT_TRUE(VerifySignatures("document", *signatures, {keys.public_pem}).has_value());
  EXPECT_TRUE(
      VerifySignatures("document", *signatures, {others.public_pem, keys.public_pem}).has_value());
  for (const auto& status :
       {VerifySignatures("documenT", *signatures, {keys.public_pem}),
        VerifySignatures("document", *signatures, {others.public_pem}),
        VerifySignatures("document", *signatures, {}),
        VerifySignatures("document", R"({"signatures":[]})", {keys.public_pem})}) {
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().code, ErrorCode::kUnauthenticated);
  }
}

TEST_P(SignatureOf, IsNotTakenUnderAnotherAlgorithmsName) {
  const TestKeys keys = MakeTestKeys(GetParam());
  std::string signatures = *Sign("document", keys.private_pem);
  const size_t at = signatures.find("\"algorithm\":\"");
  signatures.insert(at + 13, "x");
  EXPECT_FALSE(VerifySignatures("document", signatures, {keys.public_pem}).has_value());
}

INSTANTIATE_TEST_SUITE_P(Kinds, SignatureOf, testing::Values("ED25519", "P-256"));

TEST(Signature, OtherKeysAreRefusedAndNeverShown) {
  const TestKeys other = MakeTestKeys("P-384");
  const TestKeys good = MakeTestKeys("ED25519");
  for (const std::string& pem : {other.private_pem, good.public_pem, std::string("rubbish"),
                                 std::string(), good.private_pem.substr(0, 60)}) {
    const auto signatures = Sign("document", pem);
    ASSERT_FALSE(signatures.has_value());
    EXPECT_EQ(signatures.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(signatures.error().message, Not(HasSubstr(pem.empty() ? "BEGIN" : pem)));
  }
  const std::string signatures = *Sign("document", good.private_pem);
  EXPECT_EQ(VerifySignatures("document", signatures, {other.public_pem}).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(VerifySignatures("document", signatures, {good.private_pem}).error().code,
            ErrorCode::kInvalidArgument);
}

TEST(Signature, DocumentsThatAreNoneAreRefused) {
  const TestKeys keys = MakeTestKeys("ED25519");
  std::string many = R"({"signatures":[{})";
  for (int i = 0; i < 100; ++i) many += ",{}";
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[]"), many + "]}",
        std::string(R"({"signatures":[{"algorithm":"ed25519","signature":"!"}]})")}) {
    EXPECT_EQ(VerifySignatures("document", text, {keys.public_pem}).error().code,
              ErrorCode::kInvalidArgument)
        << text;
  }
}

}  // namespace
}  // namespace narrows::advisories::distribution
