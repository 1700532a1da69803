"""What a person does with a phone: commands and occurrences in, actions out."""

from webphone.phone.desk import Desk
from webphone.phone.front import Front
from webphone.phone.loop import Loop
from webphone.phone.picture import Picture

__all__ = ["Desk", "Front", "Loop", "Picture"]
