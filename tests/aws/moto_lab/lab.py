"""The way of one request: log, fault, token, moto."""

import json
import threading
import time
from dataclasses import dataclass

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.test import Client

from faults import Fault, Faults
from operation import Operation
from response import Response, error
from snapshot import Snapshots
from tokens import Tokens


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Lab:
    """moto has races, so whatever reaches it does so one at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.faults = Faults()
        self.tokens = Tokens()
        self.snapshots = Snapshots()
        self.calls: list[dict[str, object]] = []

    def answer(self, request: Request) -> Response | None:
        """None: nothing, the connection is closed."""
        if request.path.startswith("/_"):
            return self.steer(request)
        call = Operation.of(request.method, request.path, request.headers, request.body)
        fault = self.faults.for_call(call)
        response = self.with_fault(fault, call, request) if fault else self.carry_out(call, request)
        self.calls.append(
            {
                "service": call.service,
                "operation": call.name,
                "parameters": call.parameters,
                "status": response.status if response else None,
                "fault": fault.mode if fault else None,
            }
        )
        return response

    def with_fault(self, fault: Fault, call: Operation, request: Request) -> Response | None:
        match fault.mode:
            case "error":
                return error(call, fault.status, fault.code, fault.message, fault.fields)
            case "answer" if isinstance(fault.body, str):
                return Response(200, "text/xml", fault.body.encode())
            case "answer":
                return Response.json(fault.body)
            case "lose_request":
                return None
            case "lose_response":
                self.carry_out(call, request)
                return None
        time.sleep(fault.delay_ms / 1000)
        return self.carry_out(call, request)

    def carry_out(self, call: Operation, request: Request) -> Response:
        with self.lock:
            if earlier := self.tokens.earlier(call):
                return earlier
            response = self.ask_moto(request)
            self.tokens.remember(call, response)
            return response

    def ask_moto(self, request: Request) -> Response:
        self.snapshots.forget()
        answer = Client(self.moto).open(request.path, method=request.method, headers=request.headers, data=request.body)
        return Response(answer.status_code, answer.content_type or "text/plain", answer.get_data())

    def steer(self, request: Request) -> Response:
        """The lab's own paths: `/_faults`, `/_calls`, `/_reset`."""
        match request.method, request.path:
            case "POST", "/_faults":
                try:
                    self.faults.add(json.loads(request.body))
                except (TypeError, ValueError) as mistake:
                    return Response.json(str(mistake), 400)
            case "DELETE", "/_faults":
                self.faults.clear()
            case "GET", "/_calls":
                return Response.json(list(self.calls))
            case "DELETE", "/_calls":
                self.calls.clear()
            case "POST", "/_reset":
                self.reset()
            case _:
                return Response.json(f"no such path: {request.method} {request.path}", 404)
        return Response.json({})

    def reset(self) -> None:
        with self.lock:
            self.tokens.clear()
            self.ask_moto(Request("POST", "/moto-api/reset", {}, b""))
        self.faults.clear()
        self.calls.clear()
