"""Listings: one aggregate for each item of a channel, what it stands for, and whether it is offered."""
