"""Products: one aggregate for each code that is sold: SKUs, the families they vary within, bundles."""
