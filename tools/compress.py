"""Write what servers send instead of each file of dist/: .br (brotli 11) and .gz beside it.

Results are kept in .cache/compressed by the hash of the content, so that only what changed takes
its time: brotli 11 needs about three seconds for a megabyte. With `--quality 9` it needs a tenth of
one, and the .br files are a ninth larger.
"""

import argparse
import concurrent.futures
import functools
import gzip
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parent.parent
# Nearly all of it is packed already, and it is sent to be kept, not to be shown.
PACKED = "webphone-offline.html"
KEPT = ROOT / ".cache" / "compressed"
SUFFIXES = {".js", ".mjs", ".wasm", ".zip", ".html", ".css", ".json", ".ts", ".txt"}


BEST = 11


def by_brotli(data: bytes, quality: int) -> bytes:
    packed: bytes = brotli.compress(data, quality=quality, lgwin=24)
    return packed


def gzip_9(data: bytes) -> bytes:
    # No time within: two builds of the same sources are the same bytes.
    return gzip.compress(data, 9, mtime=0)


def ways(quality: int) -> dict[str, Callable[[bytes], bytes]]:
    """How to pack, by the ending of what is packed so."""
    return {".br": functools.partial(by_brotli, quality=quality), ".gz": gzip_9}


def packed(path: Path, ending: str, quality: int) -> tuple[Path, str, bytes]:
    """The file's content in one of the ways, made once."""
    data = path.read_bytes()
    lesser = "" if quality == BEST or ending != ".br" else f".{quality}"
    kept = KEPT / (hashlib.sha256(data).hexdigest() + lesser + ending)
    if not kept.exists():
        fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
        fresh.write_bytes(ways(quality)[ending](data))
        fresh.rename(kept)
    return path, ending, kept.read_bytes()


def main(folder: Path, quality: int = BEST) -> None:
    began = time.monotonic()
    KEPT.mkdir(parents=True, exist_ok=True)
    files = [path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.name != PACKED]
    # The largest first: the last to be done is then a small one.
    files.sort(key=lambda path: -path.stat().st_size)
    with concurrent.futures.ProcessPoolExecutor() as workers:
        jobs = [
            workers.submit(packed, path, ending, quality)
            for path in files
            for ending in ways(quality)
        ]
        for job in concurrent.futures.as_completed(jobs):
            path, ending, data = job.result()
            path.with_name(path.name + ending).write_bytes(data)
            print(f"  {path.name + ending:36} {len(data):,} bytes", flush=True)
    print(f"  {'compressed':36} in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("folder", type=Path, nargs="?", default=ROOT / "dist")
    options.add_argument("--quality", type=int, default=BEST, help="of brotli, 0 to 11")
    given = options.parse_args()
    main(given.folder, given.quality)
