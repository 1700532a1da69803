"""Write pyapp/webphone/ui/icons.py: the shapes of the icons in use, from lucide-static.

`--check` only says whether the file is as it should be.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules/lucide-static/icons"
TARGET = ROOT / "pyapp/webphone/ui/icons.py"

# Our name for it, and Lucide's.
USED = {
    "about": "info",
    "alert": "triangle-alert",
    "add-contact": "user-round-plus",
    "auto-answer": "phone-incoming",
    "backspace": "delete",
    "busy": "loader-circle",
    "copy": "copy",
    "diagnose": "stethoscope",
    "delete": "trash-2",
    "incoming": "phone-incoming",
    "missed": "phone-missed",
    "outgoing": "phone-outgoing",
    "camera": "video",
    "close": "x",
    "conference": "users-round",
    "dnd": "moon",
    "drop": "user-round-x",
    "eye": "eye",
    "forward": "phone-forwarded",
    "headset": "headset",
    "hold": "pause",
    "hotkeys": "keyboard",
    "keypad": "grip",
    "ladder": "arrow-left-right",
    "menu": "ellipsis",
    "mini": "picture-in-picture-2",
    "messages": "message-square",
    "microphone": "mic",
    "muted": "mic-off",
    "links": "link",
    "noise": "audio-lines",
    "notifications": "bell-ring",
    "offline": "cloud-off",
    "park": "circle-parking",
    "phone": "phone",
    "recall": "history",
    "ready": "circle-check",
    "record": "circle-dot",
    "record-pause": "circle-pause",
    "record-stop": "circle-stop",
    "retry": "refresh-cw",
    "send": "send-horizontal",
    "sign-out": "log-out",
    "silenced": "volume-off",
    "split": "split",
    "share": "screen-share",
    "settings": "settings",
    "sound": "volume-2",
    "swap": "arrow-left-right",
    "tabs": "app-window",
    "transfer": "phone-forwarded",
    "undo": "undo-2",
    "unplugged": "unplug",
    "user": "user-round",
    "vibration": "vibrate",
    "voicemail": "voicemail",
    "waiting": "phone-call",
}

HEAD = '''"""The shapes of the icons, written by tools/icons.py from lucide-static {version}.

Lucide, ISC License, Copyright (c) Lucide Icons and Contributors; parts from Feather, MIT License,
Copyright (c) 2013-present Cole Bemis. Both permit this use provided that this notice stays.
"""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

# Each icon: its shapes on a 24 x 24 ground, as (tag, attributes).
ICONS: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {{
'''


def written() -> str:
    package = (SOURCE.parent / "package.json").read_text()
    version = package.split('"version":')[1].split('"')[1]
    lines = [HEAD.format(version=version)]
    for name, file in USED.items():
        drawing = ElementTree.fromstring((SOURCE / f"{file}.svg").read_text())
        lines.append(f'    "{name}": (\n')
        for shape in drawing:
            given = ", ".join(f'"{name}": "{value}"' for name, value in shape.attrib.items())
            lines.append(f'        ("{shape.tag.rsplit("}")[-1]}", {{{given}}}),\n')
        lines.append("    ),\n")
    return "".join([*lines, "}\n"])


def main() -> None:
    if "--check" not in sys.argv:
        TARGET.write_text(written())
    elif TARGET.read_text() != written():
        sys.exit(f"{TARGET.relative_to(ROOT)} is stale: run tools/icons.py")


if __name__ == "__main__":
    main()
