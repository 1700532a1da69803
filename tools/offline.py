"""Write webphone-offline.html: the demo page with everything in it, one file that opens from disk.

The runtime stays the one of dist/, packed into the page; tools/offline.js hands its parts out.
"""

import base64
import gzip
import html
import io
import json
import re
import zipfile
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
# What the page calls itself to its own parts: a name that never resolves (RFC 6761 section 6.4).
BASE = "https://pyodide.invalid/"
STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
SCRIPT = re.compile(r'<script src="([^"]+)"(?: data-offline)?></script>')
# A page from disk is no app to install.
APP = re.compile(r'<link rel="(?:manifest|apple-touch-icon)" href="[^"]+">\n')
OUTSIDE = re.compile(r'<(?:script|link|img)\b[^>]*\b(?:src|href)="(?!data:)')
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm"}
# What only a server has a use for.
LEFT_OUT = {".br", ".gz", ".txt"}
ADDRESS = b"document.currentScript.src"  # where the interpreter asks where it came from


def single_file(dist: Path, parts: dict[str, str]) -> bytes:
    """The page, from a dist/ that holds all else; `parts` names the files of its runtime/."""
    texts = {name: (dist / name).read_text() for name in ("index.html", "webphone.js")}
    if "document.currentScript" not in texts["webphone.js"]:
        raise SystemExit("tools/offline.py: webphone.js no longer asks where it came from")
    texts["webphone.js"] = texts["webphone.js"].replace(
        "document.currentScript", "webphoneInside.script"
    )

    texts["index.html"] = APP.sub("", texts["index.html"])
    if found := OUTSIDE.search(SCRIPT.sub("", STYLE.sub("", texts["index.html"]))):
        raise SystemExit(f"tools/offline.py: {found[0]}... would be fetched")

    def style(found: re.Match[str]) -> str:
        return f"<style>{(dist / found[1]).read_text()}</style>"

    def script(found: re.Match[str]) -> str:
        text = texts.get(found[1]) or (dist / found[1]).read_text()
        return f"<script>{quoted(text)}</script>"

    page = SCRIPT.sub(script, STYLE.sub(style, texts["index.html"]))
    page = once(page, '<html lang="en">', '<html lang="en" data-inside>')
    charset = '<meta charset="utf-8">\n'
    page = once(page, charset, f"{charset}{beginning(dist, parts)}\n")
    page = once(page, "</body>", f"{packed(dist, parts)}\n{comment(dist)}\n</body>")
    return page.encode()


def beginning(dist: Path, parts: dict[str, str]) -> str:
    """What comes before any other script: the hander-out."""
    timer = f"runtime/{parts['timer']}"
    workers = {timer: (dist / timer).read_text()}
    given = f"const BASE = {json.dumps(BASE)}, WORKERS = {json.dumps(workers)};"
    block = f"{{ {given}\n{(TOOLS / 'offline.js').read_text()}}}"
    return f"<script>{quoted(block)}</script>"


def packed(dist: Path, parts: dict[str, str]) -> str:
    """The files of runtime/, each as gzip in base64."""
    workers = (parts["timer"], parts["will"])  # no file has one that outlives its page
    paths = sorted(
        path
        for path in (dist / "runtime").rglob("*")
        if path.is_file() and path.suffix not in LEFT_OUT and path.name not in workers
    )
    return "\n".join(pack(path.relative_to(dist).as_posix(), path.read_bytes()) for path in paths)


def pack(name: str, data: bytes) -> str:
    suffix = Path(name).suffix
    if suffix == ".js":
        data = data.replace(ADDRESS, json.dumps(BASE + name).encode())
    elif suffix == ".whl":
        data = unpacked(data)
    # Without the time: two builds of the same sources are the same bytes.
    text = base64.b64encode(gzip.compress(data, 9, mtime=0)).decode()
    kind = TYPES.get(suffix, "application/octet-stream")
    given = f'type="application/octet-stream" data-part="{html.escape(name)}" data-type="{kind}"'
    return f"<script {given}>{text}</script>"


def unpacked(wheel: bytes) -> bytes:
    """The same archive with its files as they are: packed as a whole it becomes a third smaller."""
    stored = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel)) as packed, zipfile.ZipFile(stored, "w") as plain:
        for name in packed.namelist():
            plain.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), packed.read(name))
    return stored.getvalue()


def comment(dist: Path) -> str:
    """Whose works are in it, as beside the unpacked one; two hyphens would end the comment."""
    notices = (dist / "runtime" / "NOTICE.txt", dist / "THIRD-PARTY.txt")
    text = "\n".join(notice.read_text() for notice in notices if notice.exists())
    return f"<!--\n{text.replace('--', '- -')}-->" if text else ""


def quoted(script: str) -> str:
    """The same script, in which no text ends the element that holds it, or hides its end."""
    script = re.sub(r"<(?=/script)", r"\\x3C", script, flags=re.IGNORECASE)
    return script.replace("<!--", r"\x3C!--")


def once(page: str, old: str, new: str) -> str:
    if page.count(old) != 1:
        raise SystemExit(f"tools/offline.py: index.html has no {old.strip()} to begin with")
    return page.replace(old, new)
