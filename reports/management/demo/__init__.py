"""The demo: real bodies with fake cities behind them, a believable past, and the processes that keep it going."""
