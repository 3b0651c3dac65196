"""Django's SQLite, for connections that stay."""
