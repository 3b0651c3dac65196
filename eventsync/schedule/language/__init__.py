"""Plain language: what is hard to read in what organisers write for families, and what to write instead."""
