"""Adapters: codecs that speak the wire formats of channels, warehouses and couriers; no I/O."""
