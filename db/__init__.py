"""Facts' floor: tables, transactions, what is stored and who stored it. Imports nothing of ours."""
