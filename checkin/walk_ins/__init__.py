"""Who came without being on the list: what organisers see of them, and what they do about it."""
