"""Stock: the ledger's movements, what is available, what is promised, what runs low."""
