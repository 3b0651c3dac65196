"""My day without an account: links on cards, the phones that opened them, and what is shown there."""
