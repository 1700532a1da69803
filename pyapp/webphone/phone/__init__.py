"""What a person does with a phone: commands and occurrences in, actions out."""

from webphone.phone.desk import Desk
from webphone.phone.loop import Loop, promise_refused
from webphone.phone.snapshot import Snapshot
from webphone.phone.tabs.lazy import LazyTabs

__all__ = ["Desk", "LazyTabs", "Loop", "Snapshot", "promise_refused"]
