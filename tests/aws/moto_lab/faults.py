"""What shall go wrong: a list of faults, each waiting for the calls that it is about."""

import threading
from dataclasses import dataclass, field

from operation import Operation


@dataclass
class Fault:
    """One entry of `/_faults`.

    It meets calls of `operation` whose parameters include `parameters` and whose body contains `contains`, lets the
    first `skip` of them pass, and is used up after `times` (none: never).

    `mode` is what then happens:
    - `error`: the call is refused with `status`, `code` and `message`, and not carried out. `fields` are added.
    - `answer`: the call is answered with `body` (text, or a JSON value) and not carried out.
    - `delay`: it is carried out after `delay_ms`.
    - `lose_request`: the connection is closed, the call is not carried out.
    - `lose_response`: the call is carried out, and the connection closed.
    - `partial`: of the instances that a launch asks for, at most `most` come.
    """

    operation: str
    mode: str
    service: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    contains: str = ""
    skip: int = 0
    times: int | None = 1
    status: int = 400
    code: str = ""
    message: str = "on demand of the test"
    fields: dict[str, object] = field(default_factory=dict)
    body: object = ""
    delay_ms: int = 0
    most: int | None = None

    MODES = ("error", "answer", "delay", "lose_request", "lose_response", "partial")

    def __post_init__(self) -> None:
        if self.mode not in self.MODES:
            raise ValueError(f"`{self.mode}` is no mode of a fault")

    def is_about(self, call: Operation) -> bool:
        return (
            self.operation == call.name
            and self.service in ("", call.service)
            and self.parameters.items() <= call.parameters.items()
            and self.contains in call.body
        )


class Faults:
    """The first fault that is about a call and not yet used up is the one that happens."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: list[Fault] = []

    def add(self, entry: dict[str, object]) -> None:
        with self.lock:
            self.waiting.append(Fault(**entry))

    def clear(self) -> None:
        with self.lock:
            self.waiting.clear()

    def for_call(self, call: Operation) -> Fault | None:
        with self.lock:
            for fault in self.waiting:
                if not fault.is_about(call):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times == 0:
                        self.waiting.remove(fault)
                return fault
        return None
