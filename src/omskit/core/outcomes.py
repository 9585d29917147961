"""What became of one item of a batch: done, or a refusal as a value."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from omskit.core.errors import OmsError


@frozen
class Refusal:
    """One item that was refused while the rest of its batch went on.

    Args:
        subject: What was refused: an order's number, an external id, a SKU.
        code: Stable code from ``docs/reference/errors.md``.
        message: One sentence for a person.
        facts: Named values behind the message.
    """

    subject: str
    code: str
    message: str = ""
    facts: Mapping[str, object] = field(factory=dict)

    @classmethod
    def of(cls, subject: str, error: OmsError) -> Refusal:
        """Return an error as a value."""
        return cls(subject, error.code, error.message, dict(error.facts))

    def __str__(self) -> str:
        return f"{self.subject}: {self.code}{': ' + self.message if self.message else ''}"
