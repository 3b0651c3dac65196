"""Notices that organisers write themselves: worded, looked at, seen before they go, and taken back within a minute."""
