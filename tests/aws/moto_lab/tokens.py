"""Client tokens: the promise of AWS that an order which is repeated under its token is carried out once. moto ignores them."""

import time
from dataclasses import dataclass

from operation import Operation
from response import Response, error


@dataclass(frozen=True)
class Kind:
    """Where the token of an operation stands, how a misuse is called, and how long AWS remembers it, in seconds."""

    parameter: str
    mismatch: str
    remembered_s: int


KINDS = {
    "RunInstances": Kind("ClientToken", "IdempotentParameterMismatch", 86_400),
    "CreateFleet": Kind("ClientToken", "IdempotentParameterMismatch", 86_400),
    "TransactWriteItems": Kind("ClientRequestToken", "IdempotentParameterMismatchException", 600),
}


@dataclass(frozen=True)
class Done:
    parameters: dict[str, str]
    response: Response
    at_s: float


class Tokens:
    """What was done under which token. An order that was refused is not remembered, so it can be repeated."""

    def __init__(self) -> None:
        self.done: dict[tuple[str, str, str], Done] = {}

    def clear(self) -> None:
        self.done.clear()

    def earlier(self, call: Operation) -> Response | None:
        kind, token = KINDS.get(call.name), self.token(call)
        done = self.done.get(token) if token else None
        if kind is None or done is None or done.at_s + kind.remembered_s < time.monotonic():
            return None
        if done.parameters == call.parameters:
            return done.response
        return error(call, 400, kind.mismatch, "the token was used with other parameters", {})

    def remember(self, call: Operation, response: Response) -> None:
        token = self.token(call)
        if token and response.status == 200:
            self.done[token] = Done(call.parameters, response, time.monotonic())

    @staticmethod
    def token(call: Operation) -> tuple[str, str, str] | None:
        kind = KINDS.get(call.name)
        value = call.parameters.get(kind.parameter, "") if kind else ""
        return (call.region, call.name, value) if value else None
