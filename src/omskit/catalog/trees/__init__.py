"""Category trees: one aggregate for each tree."""
