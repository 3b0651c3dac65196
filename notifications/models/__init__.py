"""Notices, who hears of them, and what became of each on its way."""

from notifications.models.alert_browsers import AlertBrowser
from notifications.models.budgets import ChannelBudget
from notifications.models.calls import CallTask
from notifications.models.confirmations import Confirmation
from notifications.models.deliveries import Delivery
from notifications.models.hand import HandNotice, Template
from notifications.models.notices import Kind, Notice, Settling
from notifications.models.recipients import Recipient, Subscription
from notifications.rules import Channel

__all__ = [
    "AlertBrowser", "CallTask", "Channel", "ChannelBudget", "Confirmation", "Delivery", "HandNotice", "Kind", "Notice",
    "Recipient", "Settling", "Subscription", "Template",
]  # fmt: skip
