"""Answers that are not moto's, in the form that each protocol gives them."""

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

from operation import Operation


@dataclass(frozen=True)
class Response:
    status: int
    content_type: str
    body: bytes

    @staticmethod
    def json(value: object, status: int = 200) -> "Response":
        return Response(status, "application/x-amz-json-1.0", json.dumps(value).encode())


def error(operation: Operation, status: int, code: str, message: str, fields: dict[str, object]) -> Response:
    """`fields` go beside code and message, where the protocol is JSON."""
    if operation.speaks_json:
        return Response.json({"__type": code, "message": message, **fields}, status)
    inner = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    if operation.service == "ec2":
        text = f"<Response><Errors>{inner}</Errors><RequestID>lab</RequestID></Response>"
    else:
        text = f"<ErrorResponse>{inner}<RequestId>lab</RequestId></ErrorResponse>"
    return Response(status, "text/xml", text.encode())
