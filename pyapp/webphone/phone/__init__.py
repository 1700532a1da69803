"""What a person does with a phone: commands and occurrences in, actions out."""

from webphone.phone.desk import Desk
from webphone.phone.loop import Loop, promise_refused
from webphone.phone.recorder import Chance, Recorder
from webphone.phone.snapshot import Snapshot
from webphone.phone.tabs.lazy import LazyTabs

__all__ = ["Chance", "Desk", "LazyTabs", "Loop", "Recorder", "Snapshot", "promise_refused"]
