"""An embeddable order management core."""
