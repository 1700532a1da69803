"""What a person sees: functions from the phone's snapshot to nodes, and what gestures mean."""

from webphone.ui.act import act, meant
from webphone.ui.gestures import Gesture
from webphone.ui.haste import noticed
from webphone.ui.html import Node, find, find_all, render
from webphone.ui.lasting import followed
from webphone.ui.patch import difference
from webphone.ui.screen import screen, ticks
from webphone.ui.view import View

__all__ = [
    "Gesture",
    "Node",
    "View",
    "act",
    "difference",
    "find",
    "find_all",
    "followed",
    "meant",
    "noticed",
    "render",
    "screen",
    "ticks",
]
