"""HTTP hygiene, without a word of the event log: problems, bodies, headers, rates, OpenAPI."""

from shared.web.http.csv_response import CsvResponse, csv_file
from shared.web.http.docs_page import styled
from shared.web.http.openapi import MOTIVE, operation_id, readable
from shared.web.http.openapi_responses import answers, documented
from shared.web.http.problems import ProblemError, problem
from shared.web.http.rate_limits import NEVER_LIMITED, Paced, Rates, address_of
from shared.web.http.request_body import AsJson, BoundedRoute, received
from shared.web.http.security_headers import HEADERS, NOTHING, OVER_TLS, Headers
from shared.web.http.server import server_of
from shared.web.http.strict_query import none_unknown
from shared.web.http.validation_errors import findings, summary

__all__ = [
    "HEADERS",
    "MOTIVE",
    "NEVER_LIMITED",
    "NOTHING",
    "OVER_TLS",
    "AsJson",
    "BoundedRoute",
    "CsvResponse",
    "Headers",
    "Paced",
    "ProblemError",
    "Rates",
    "address_of",
    "answers",
    "csv_file",
    "documented",
    "findings",
    "none_unknown",
    "operation_id",
    "problem",
    "readable",
    "received",
    "server_of",
    "styled",
    "summary",
]
