"""Pricing: price lists, promotions, totals and refunds; every price explains itself."""
