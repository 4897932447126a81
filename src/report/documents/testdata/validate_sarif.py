"""validate_sarif.py DOCUMENT: checks a SARIF 2.1.0 document against the object model of pydantic-sarif, which is made
from the OASIS schema.

Exits 1 and says why when it does not fit, 77 when the library is not installed.
"""
import sys

try:
    from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Sarif
except ImportError:
    print("pydantic-sarif is not installed (pip install pydantic-sarif)")
    sys.exit(77)

try:
    with open(sys.argv[1], encoding="utf-8") as file:
        Sarif.model_validate_json(file.read())
except ValueError as error:
    print(str(error)[:2000])
    sys.exit(1)
