"""What happened to a stream: each verdict, each step, each dataset, each process.

Reading order: verdicts, chain, manifest, ledger.
"""
