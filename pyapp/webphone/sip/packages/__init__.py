"""Event packages: what each is called, what it can be said in, and who reads that.

A phone that only calls never loads these files.
"""

from webphone.sip.packages.conference import Conference
from webphone.sip.packages.dialogs import Dialogs, DialogState
from webphone.sip.packages.presence import Presence
from webphone.sip.packages.reading import ACCEPT, Value, read, updated
from webphone.sip.packages.summary import Summary

__all__ = [
    "ACCEPT",
    "Conference",
    "DialogState",
    "Dialogs",
    "Presence",
    "Summary",
    "Value",
    "read",
    "updated",
]
