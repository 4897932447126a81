#pragma once

#include <functional>
#include <string_view>

#include "advisories/advisory.h"
#include "advisories/database_format.h"

namespace narrows::advisories {

// How a text is written and read back: as it is, or as a reference to where it is kept.
using PutText = std::function<void(Encoder& out, std::string_view text)>;
// What it gives need not outlive the next call; decoder.Fail() where there is no text.
using GetText = std::function<std::string_view(Decoder& decoder)>;

// A whole record as bytes, with all its texts and times.
void EncodeRecord(const AdvisoryRecord& record, Encoder& out, const PutText& text);
void EncodeRecord(const AdvisoryRecord& record, Encoder& out);  // texts as they are

// Reads what EncodeRecord wrote; decoder.failed() where it is malformed.
AdvisoryRecord DecodeRecord(Decoder& decoder, const GetText& text);
AdvisoryRecord DecodeRecord(Decoder& decoder);

// The part of an affected package that says which versions are affected: without its ecosystem and
// name. `text` writes versions, `word` severities and vectors.
void EncodeStatement(const Affected& affected, Encoder& out, const PutText& text,
                     const PutText& word);

}  // namespace narrows::advisories
