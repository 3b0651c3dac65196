"""HTTPS on a local network, for phones that stand beside the server. It runs before Django is set up."""
