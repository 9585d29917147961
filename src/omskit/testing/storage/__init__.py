"""The kit for storages: one test a promise, a model machine, and races of threads and processes."""

from omskit.testing.storage.kit import StorageKit
from omskit.testing.storage.machine import storage_machine
from omskit.testing.storage.tickets import KIT_KINDS

__all__ = [
    "KIT_KINDS",
    "StorageKit",
    "storage_machine",
]
