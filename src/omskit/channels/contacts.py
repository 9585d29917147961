"""Receivers apart from their orders: sealed, kept under the order's key, and erased without touching history."""

from __future__ import annotations

import base64
from collections.abc import Callable

from attrs import evolve, field, frozen

from omskit.channels.documents import ChannelOrder
from omskit.channels.receiver import Receiver
from omskit.core import Codec, Kind, StorageError, UsageError, merge_identity, strong

#: Writes receivers before they are sealed, and reads them again.
RECEIVERS: Codec[Receiver] = Codec("receiver", {"receiver": Receiver})
_SEALED = "sealed:"


@frozen
class Cipher:
    """The host's encryption, as two functions over bytes that undo each other.

    Args:
        seal: Encrypts; may give another text for the same bytes each time.
        unseal: Decrypts, and raises whatever it likes for what it did not seal.
    """

    seal: Callable[[bytes], bytes] = field(repr=False)
    unseal: Callable[[bytes], bytes] = field(repr=False)


@frozen
class Privacy:
    """How receivers are kept.

    Args:
        secret: The host's key for merge identities, 16 bytes or more; empty leaves identities to the channels, and
            then the stored fingerprint of an order is an unkeyed digest that covers its receiver.
        cipher: Encrypts receivers; None keeps them as plain text.

    Raises:
        UsageError: ``weak_secret``.
    """

    secret: bytes = field(default=b"", repr=False)
    cipher: Cipher | None = None

    def __attrs_post_init__(self) -> None:
        if self.secret:
            strong(self.secret)

    def identified(self, document: ChannelOrder) -> ChannelOrder:
        """Return an order with the merge identity of its receiver, if he is plain and the channel gave none."""
        shown = document.receiver
        if document.merge or not self.secret or shown.masked or shown.token:
            return document
        contact, extension = shown.contact, shown.extension
        made = merge_identity(contact, document.destination, secret=self.secret, extension=extension)
        return evolve(document, merge=made) if made else document

    def bare(self, document: ChannelOrder) -> ChannelOrder:
        """Return what of an identified order its fingerprint is made of.

        The receiver is left out where the merge identity stands for it.
        """
        return evolve(document, receiver=Receiver()) if self.secret and document.merge else document

    def sealed(self, receiver: Receiver) -> str:
        """Return a receiver as the text that is stored."""
        text = RECEIVERS.dump(receiver)
        if self.cipher is None:
            return text
        return _SEALED + base64.b64encode(self.cipher.seal(text.encode())).decode()

    def opened(self, text: str) -> Receiver:
        """Return the receiver of a stored text.

        Raises:
            UsageError: ``no_cipher`` when it was sealed and there is no cipher.
            StorageError: ``unreadable_contact`` when the cipher does not open it.
        """
        if not text.startswith(_SEALED):
            return RECEIVERS.load("receiver", text)
        if self.cipher is None:
            raise UsageError("no_cipher", "the receiver is sealed; open the system with the cipher that sealed it")
        try:
            plain = self.cipher.unseal(base64.b64decode(text[len(_SEALED) :])).decode()
            return RECEIVERS.load("receiver", plain)
        except Exception:  # noqa: BLE001 - the host's cipher raises what it likes, and may say what it saw
            raise StorageError("unreadable_contact", "the cipher does not open a stored receiver") from None


@frozen
class KeptContact:
    """The receiver of one order, as it is stored.

    Args:
        key: The order's key.
        text: The sealed receiver; empty once it is erased. Personal.
        erased: Whether it was erased; then nothing is kept for this order any more.
    """

    key: int
    text: str = field(default="", repr=False)
    erased: bool = False


@frozen
class ContactKept:
    """A receiver was kept, or another one in its place; the event does not say who."""


@frozen
class ContactErased:
    """The receiver was erased; ``reason`` is a code, not a person's words."""

    reason: str = ""


ContactEvent = ContactKept | ContactErased


def _evolve(state: KeptContact | None, event: ContactEvent) -> KeptContact:
    """Return the state without its text, which no history holds."""
    before = state or KeptContact(0)
    return evolve(before, text="", erased=before.erased or isinstance(event, ContactErased))


#: Receivers by the keys of their orders. Their history says when, never who, so that it need not be rewritten.
CONTACTS: Kind[KeptContact] = Kind(
    tag="contact",
    number="SO",
    state=Codec("contact", {"contact": KeptContact}),
    events=Codec("contact event", {"kept": ContactKept, "erased": ContactErased}),
    evolve=_evolve,
)
