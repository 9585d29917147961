"""Whom a channel's order goes to: personal, perhaps masked or encrypted, and never shown."""

from __future__ import annotations

from attrs import field, frozen

from omskit.core import Contact, quick

_UNKNOWN = Contact()


@quick
@frozen
class Receiver:
    """A receiver as far as the channel shows it. Personal: its repr shows nothing but its state.

    Args:
        contact: Name, phone and address, plain or masked.
        masked: Whether the contact is blanked out (``138****1234``): good to read, not to send to.
        token: The channel's ciphertext or id (an OAID) that its own label or decryption service takes.
        extension: To dial after a virtual number; such numbers expire.
        district: Code of the district that the channel tells, in its own dictionary.
    """

    contact: Contact = field(default=_UNKNOWN, repr=False)
    masked: bool = False
    token: str = field(default="", repr=False)
    extension: str = field(default="", repr=False)
    district: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it is known, as before payment or under review."""
        return not self.token and (self.contact is _UNKNOWN or self.contact == _UNKNOWN)

    def essence(self) -> Receiver:
        """Return what tells one receiver from another; nothing of one who is masked or encrypted."""
        if self is NOBODY or self.masked or self.token:
            return NOBODY
        return Receiver(self.contact) if self.extension or self.district else self


#: The receiver of whom nothing is known.
NOBODY = Receiver(_UNKNOWN)
