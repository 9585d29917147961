"""The error tree: every error says whose fault it is, with a stable code and the facts.

::

    OmsError
    ├── UsageError          the host's code called something wrongly
    ├── Refused             the domain says no; the state is as it was
    ├── PayloadError        someone's data does not fit, with the path of the offending value
    ├── StorageError        the database could not do it
    │   ├── ConcurrencyConflict   someone else wrote first; load again and decide again
    │   └── Duplicate             the key is taken
    └── ContractError       an adapter broke a promise of its protocol
"""

from __future__ import annotations

from collections.abc import Mapping


class OmsError(Exception):
    """Base of all that omskit raises on purpose.

    Args:
        code: Stable identifier; each stands in ``docs/reference/errors.md``.
        message: One sentence for a person: the offending value and what would be allowed.
        facts: Named values behind the message, for programs.
    """

    code: str
    facts: Mapping[str, object]

    def __init__(self, code: str, message: str = "", /, **facts: object) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.facts = facts

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        text = f"{self.code}: {self.message}" if self.message else self.code
        return f"{text} ({facts})" if facts else text

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.message, dict(self.facts))


def _rebuild(kind: type[OmsError], code: str, message: str, facts: dict[str, object]) -> OmsError:
    return kind(code, message, **facts)


class UsageError(OmsError):
    """The host's code is wrong: a float for money, a naive datetime, an unknown step."""


class Refused(OmsError):  # noqa: N818 - a refusal is an answer, not a malfunction
    """The domain says no, and nothing has changed."""


class PayloadError(OmsError):
    """Someone's data does not fit; ``facts["path"]`` says where, as in ``$[0].items[2].qty``."""


class StorageError(OmsError):
    """The storage could not do what was asked; nothing of the unit is kept."""


class ConcurrencyConflict(StorageError):  # noqa: N818 - named by what happened
    """Another unit wrote first: load again and decide again."""


class Duplicate(StorageError):  # noqa: N818 - named by what happened
    """A key that must be unique is taken."""


class ContractError(OmsError):
    """An adapter broke a promise of its protocol."""
