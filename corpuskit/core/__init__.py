"""What every step stands on: the record, the steps, the streams, the ledger, the manifest, the recipe."""
