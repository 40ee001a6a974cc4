"""A transaction's way back, once: moto copies the whole table for each of its writes, which takes seconds for a hundred."""

import copy
from types import SimpleNamespace

from moto.dynamodb import models


class Snapshots:
    """Takes the place of `copy` in moto. Within one request the first copy of a table is the state to go back to."""

    def __init__(self) -> None:
        self.taken: dict[int, object] = {}
        models.copy = SimpleNamespace(deepcopy=self.of, copy=copy.copy)

    def forget(self) -> None:
        self.taken.clear()

    def of(self, value: object) -> object:
        if not isinstance(value, models.Table):
            return copy.deepcopy(value)
        if id(value) not in self.taken:
            self.taken[id(value)] = copy.deepcopy(value)
        return self.taken[id(value)]
