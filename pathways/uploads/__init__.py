"""MT Data Upload: a file on its way through staging, catalogue and ledger (guide, Step Two B)."""
