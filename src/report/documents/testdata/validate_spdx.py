"""validate_spdx.py DOCUMENT: checks an SPDX 2.3 document (JSON) with spdx-tools, the project's own reader and validator.

Exits 1 and says why when it does not fit, 77 when the library is not installed.
"""
import sys

try:
    from spdx_tools.spdx.parser.error import SPDXParsingError
    from spdx_tools.spdx.parser.parse_anything import parse_file
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
except ImportError:
    print("spdx-tools is not installed (pip install spdx-tools)")
    sys.exit(77)

try:
    messages = [message.validation_message for message in validate_full_spdx_document(parse_file(sys.argv[1]))]
except SPDXParsingError as error:
    messages = error.get_messages()
if messages:
    print("\n".join(messages)[:2000])
    sys.exit(1)
