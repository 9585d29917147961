"""Adapters of sales channels, a module for each format; import the one you speak."""
