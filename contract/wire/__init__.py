"""What programs of a hall say to each other: topics, messages, requests, answers (docs/wire-contract.md)."""
