"""validate_cyclonedx.py DOCUMENT: checks a CycloneDX 1.6 document against the schema that cyclonedx-python-lib ships.

Exits 1 and says why when it does not fit, 77 when the library is not installed.
"""
import sys

try:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
except ImportError:
    print("cyclonedx-python-lib is not installed (pip install 'cyclonedx-python-lib[json-validation]')")
    sys.exit(77)

with open(sys.argv[1], encoding="utf-8") as file:
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(file.read())
if error is not None:
    print(repr(error)[:2000])
    sys.exit(1)
