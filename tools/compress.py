"""Write what servers send instead of each file of dist/: .br (brotli 11) and .gz beside it.

Results are kept in .cache/compressed by the hash of the content, so that only what changed takes
its time: brotli 11 needs about three seconds for a megabyte.
"""

import concurrent.futures
import gzip
import hashlib
import os
import sys
import time
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parent.parent
# Nearly all of it is packed already, and it is sent to be kept, not to be shown.
PACKED = "webphone-offline.html"
KEPT = ROOT / ".cache" / "compressed"
SUFFIXES = {".js", ".mjs", ".wasm", ".zip", ".html", ".css", ".json", ".ts", ".txt"}


def brotli_11(data: bytes) -> bytes:
    packed: bytes = brotli.compress(data, quality=11, lgwin=24)
    return packed


def gzip_9(data: bytes) -> bytes:
    # No time within: two builds of the same sources are the same bytes.
    return gzip.compress(data, 9, mtime=0)


WAYS = {".br": brotli_11, ".gz": gzip_9}


def packed(path: Path, ending: str) -> tuple[Path, str, bytes]:
    """The file's content in one of the ways, made once."""
    data = path.read_bytes()
    kept = KEPT / (hashlib.sha256(data).hexdigest() + ending)
    if not kept.exists():
        fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
        fresh.write_bytes(WAYS[ending](data))
        fresh.rename(kept)
    return path, ending, kept.read_bytes()


def main(folder: Path) -> None:
    began = time.monotonic()
    KEPT.mkdir(parents=True, exist_ok=True)
    files = [path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.name != PACKED]
    # The largest first: the last to be done is then a small one.
    files.sort(key=lambda path: -path.stat().st_size)
    with concurrent.futures.ProcessPoolExecutor() as workers:
        jobs = [workers.submit(packed, path, ending) for path in files for ending in WAYS]
        for job in concurrent.futures.as_completed(jobs):
            path, ending, data = job.result()
            path.with_name(path.name + ending).write_bytes(data)
            print(f"  {path.name + ending:36} {len(data):,} bytes", flush=True)
    print(f"  {'compressed':36} in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist")
