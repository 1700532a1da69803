"""What a page publishes, as the body of a PUBLISH."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from webphone.contract import MIME, Publish, WebPhoneError
from webphone.sip.inbox import LARGEST
from webphone.sip.packages import presence
from webphone.words import say

_ACTIVITY = re.compile("[a-z]+(-[a-z]+){0,3}")


def body_of(command: Publish, entity: str) -> tuple[str, bytes] | None:
    """The content type and the body of a state, None for null: no state any more.

    Raises WebPhoneError `invalid_config` where it is neither `{contentType, body}` nor, of the
    package presence, `{open, activity, note}`.
    """
    value = command.value
    if value is None:
        return None
    content = _content(command.event, value, entity) if isinstance(value, Mapping) else None
    if content is None:
        raise WebPhoneError("invalid_config", say("publish_value"))
    if len(content[1]) > LARGEST:
        wrong = say("text_long", count=len(content[1]), most=LARGEST)
        raise WebPhoneError("invalid_config", wrong)
    return content


def _content(event: str, value: Mapping[str, Any], entity: str) -> tuple[str, bytes] | None:
    kind, body = value.get("contentType"), value.get("body")
    if isinstance(kind, str) and isinstance(body, str) and re.fullmatch(MIME, kind):
        return kind, body.encode("utf-8", "replace")
    opened = value.get("open")
    activity, note = value.get("activity") or "", value.get("note") or ""
    if event != "presence" or not isinstance(opened, bool) or not isinstance(note, str):
        return None
    if not isinstance(activity, str) or (activity and not _ACTIVITY.fullmatch(activity)):
        return None
    return presence.TYPE, presence.written(entity, open=opened, activity=activity, note=note)
