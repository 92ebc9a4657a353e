"""From the outbox to the city and back: submit, tokens, refresh, catalogue. `reports/README.md` tells the way."""
