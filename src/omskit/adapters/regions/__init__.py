"""Regions and addresses: names to codes, receivers brought into one form, personal data masked."""
