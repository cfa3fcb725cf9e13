"""HTTP hygiene, without a word of the event log: problems, bodies, headers, OpenAPI."""

from shared.web.http.csv_response import CsvResponse, csv_file
from shared.web.http.dependency_plan import MayWait
from shared.web.http.docs_page import styled_page
from shared.web.http.framework_telemetry import FRAMEWORK_OFF
from shared.web.http.openapi import REASON_HEADER, operation_id, polish_openapi
from shared.web.http.openapi_responses import UNLIMITED_PATHS, document_problems, problem_responses
from shared.web.http.openapi_shapes import MARK, PREFIX, REDACTED, Shape, place_shapes, shown_as
from shared.web.http.planned_requests import PlannedRequestsMiddleware
from shared.web.http.planned_route import PlannedRoute, ServiceRouter
from shared.web.http.problems import ProblemError, problem_response
from shared.web.http.request_body import BodyTooLarge, BodyTooSlow, JsonBody, read_body, read_bounded
from shared.web.http.route_index import RouteIndex
from shared.web.http.security_headers import NO_SOURCES, SECURITY_HEADERS, TLS_HEADERS, SecurityHeadersMiddleware
from shared.web.http.single_headers import SINGLE_HEADERS, SingleHeadersMiddleware
from shared.web.http.strict_query import reject_unknown_parameters
from shared.web.http.validation_errors import findings, summary

__all__ = [
    "FRAMEWORK_OFF",
    "MARK",
    "NO_SOURCES",
    "PREFIX",
    "REASON_HEADER",
    "REDACTED",
    "SECURITY_HEADERS",
    "SINGLE_HEADERS",
    "TLS_HEADERS",
    "UNLIMITED_PATHS",
    "BodyTooLarge",
    "BodyTooSlow",
    "CsvResponse",
    "JsonBody",
    "MayWait",
    "PlannedRequestsMiddleware",
    "PlannedRoute",
    "ProblemError",
    "RouteIndex",
    "SecurityHeadersMiddleware",
    "ServiceRouter",
    "Shape",
    "SingleHeadersMiddleware",
    "csv_file",
    "document_problems",
    "findings",
    "operation_id",
    "place_shapes",
    "polish_openapi",
    "problem_response",
    "problem_responses",
    "read_body",
    "read_bounded",
    "reject_unknown_parameters",
    "shown_as",
    "styled_page",
    "summary",
]
