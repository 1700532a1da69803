"""Answering a challenge, and asking one: digest access authentication for SIP."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hmac import compare_digest

from webphone.sip.wire.grammar import Malformed, quote
from webphone.sip.wire.headers import Challenge

# RFC 8760 §2.3: strongest first.
STRENGTH = ("SHA-512-256", "SHA-256", "MD5")
_DIGITS = {"SHA-512-256": 64, "SHA-256": 64, "MD5": 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who asks to be let in: a password, or a ready HA1, or a bearer token (RFC 8898).

    `ha1` is H(username:realm:password) in hexadecimal, made with `ha1_algorithm`; when that is
    empty, 32 digits mean MD5 and 64 mean SHA-256. `realm` limits the credentials to one realm.
    """

    username: str
    password: str = field(default="", repr=False)
    ha1: str = field(default="", repr=False)
    ha1_algorithm: str = ""
    token: str = field(default="", repr=False)
    realm: str = ""

    def fits(self, challenge: Challenge) -> bool:
        """Whether these credentials can answer that challenge at all."""
        if self.realm and challenge.params.get("realm") != self.realm:
            return False
        if challenge.scheme.lower() == "bearer":
            return bool(self.token)
        family = _family(challenge)
        if not family or "nonce" not in challenge.params:
            return False
        if challenge.params.get("qop") and not _qop(challenge):
            return False
        if self.ha1:
            made_with = self.ha1_algorithm or ("MD5" if len(self.ha1) == 32 else "SHA-256")
            return made_with.upper() == family
        return bool(self.password)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How well an answer hides the password: `rank` of its hash, strongest first, and its qop."""

    rank: int
    qop: bool

    def reaches(self, floor: Strength) -> bool:
        """Whether it hides the password as well as `floor` does."""
        return self.rank <= floor.rank and (self.qop or not floor.qop)


class NonceCounts:
    """Counts how often each nonce was used: what `answer` wants as `nonce_count`."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def __call__(self, nonce: str) -> int:
        count = self._counts.pop(nonce, 0) + 1
        # Nonces are the server's to choose and have no end: remember the latest few.
        if len(self._counts) >= 64:
            del self._counts[next(iter(self._counts))]
        self._counts[nonce] = count
        return count


def answer(
    challenges: Iterable[Challenge],
    credentials: Credentials,
    *,
    method: str,
    uri: str,
    body: bytes = b"",
    cnonce: str,
    nonce_count: Callable[[str], int],
) -> str | None:
    """The (Proxy-)Authorization value for the strongest challenge that can be answered.

    `uri` is the Request-URI as sent; `nonce_count(nonce)` tells 1 for the first use of a nonce.
    None means that no challenge fits the credentials.
    """
    fitting = [challenge for challenge in challenges if credentials.fits(challenge)]
    if not fitting:
        return None
    challenge = min(fitting, key=_rank)
    if challenge.scheme.lower() == "bearer":
        return f"Bearer {credentials.token}"
    given = challenge.params
    algorithm, qop = _family(challenge), _qop(challenge)
    realm, nonce = given.get("realm", ""), given["nonce"]
    ha1 = credentials.ha1 or _ha1(algorithm, credentials.username, realm, credentials.password)
    if _is_session(challenge):
        ha1 = digest(algorithm, f"{ha1.lower()}:{nonce}:{cnonce}")
    count = f"{nonce_count(nonce):08x}" if qop else ""
    hashed = given.get("userhash", "").lower() == "true"
    username = credentials.username
    if hashed:
        # RFC 7616 §3.4.4.
        username = digest(algorithm, f"{username}:{realm}")
    fields = [
        ("username", quote(username)),
        ("realm", quote(realm)),
        ("nonce", quote(nonce)),
        ("uri", quote(uri)),
        (
            "response",
            quote(_response(algorithm, ha1, nonce, count, cnonce, qop, method, uri, body)),
        ),
    ]
    if "algorithm" in given:
        # Echoed letter by letter: some servers compare it that way.
        fields.append(("algorithm", given["algorithm"]))
    if qop or _is_session(challenge):
        fields.append(("cnonce", quote(cnonce)))
    if "opaque" in given:
        fields.append(("opaque", quote(given["opaque"])))
    if qop:
        fields += [("qop", qop), ("nc", count)]
    if hashed:
        fields.append(("userhash", "true"))
    return "Digest " + ", ".join(f"{name}={value}" for name, value in fields)


def strength(challenges: Iterable[Challenge]) -> Strength:
    """That of the answer which `answer` gives to these challenges, of which all can be answered."""
    chosen = min(challenges, key=_rank)
    return Strength(rank=_rank(chosen), qop=bool(_qop(chosen)))


def proves_itself(
    info: Challenge, authorization: Challenge, credentials: Credentials, body: bytes
) -> bool:
    """Whether the `rspauth` of a 2xx to the request so signed is right (RFC 7616 §3.5)."""
    given = authorization.params
    algorithm = _family(authorization)
    nonce, cnonce, count = (given.get(name, "") for name in ("nonce", "cnonce", "nc"))
    qop, realm = given.get("qop", ""), given.get("realm", "")
    ha1 = credentials.ha1 or _ha1(algorithm, credentials.username, realm, credentials.password)
    if _is_session(authorization):
        ha1 = digest(algorithm, f"{ha1.lower()}:{nonce}:{cnonce}")
    # The method is left out of A2.
    expected = _response(algorithm, ha1, nonce, count, cnonce, qop, "", given.get("uri", ""), body)
    proof = info.params.get("rspauth", "").lower()
    return compare_digest(expected.encode(), proof.encode("utf-8", "replace"))


def is_stale(challenge: Challenge) -> bool:
    """Whether only the nonce was too old, the password right (RFC 7616 §3.3)."""
    return challenge.params.get("stale", "").lower() == "true"


def challenge(
    realm: str,
    nonce: str,
    algorithm: str = "SHA-256",
    *,
    qop: str = "auth",
    opaque: str = "",
    stale: bool = False,
    userhash: bool = False,
) -> str:
    """A WWW- or Proxy-Authenticate value; `qop` "" asks in the manner of RFC 2069."""
    fields = [f"realm={quote(realm)}", f"nonce={quote(nonce)}", f"algorithm={algorithm}"]
    if qop:
        fields.append(f"qop={quote(qop)}")
    if opaque:
        fields.append(f"opaque={quote(opaque)}")
    if stale:
        fields.append("stale=true")
    if userhash:
        fields.append("userhash=true")
    return "Digest " + ", ".join(fields)


def verify(
    authorization: str,
    *,
    password_for: Callable[[str], str | None],
    method: str,
    body: bytes = b"",
    realm: str | None = None,
    users: Iterable[str] = (),
) -> bool:
    """Whether an Authorization value proves that its sender knows the password.

    `password_for(username)` returns None for a stranger; `users` are the names a hashed username
    is looked up in. The caller checks that the nonce is its own and fresh.
    """
    try:
        given = Challenge.parse(authorization)
    except Malformed:
        return False
    params = given.params
    algorithm = _family(given)
    needed = ("username", "realm", "nonce", "uri", "response")
    if not algorithm or any(name not in params for name in needed):
        return False
    if realm is not None and params["realm"] != realm:
        return False
    username: str | None = params["username"]
    if params.get("userhash", "").lower() == "true":
        hashed = params["username"].lower()
        username = next(
            (user for user in users if digest(algorithm, f"{user}:{params['realm']}") == hashed),
            None,
        )
    password = None if username is None else password_for(username)
    if username is None or password is None:
        return False
    ha1 = _ha1(algorithm, username, params["realm"], password)
    cnonce, qop = params.get("cnonce", ""), params.get("qop", "").lower()
    if qop not in ("", "auth", "auth-int"):
        return False
    if _is_session(given):
        ha1 = digest(algorithm, f"{ha1}:{params['nonce']}:{cnonce}")
    count = params.get("nc", "")
    expected = _response(
        algorithm, ha1, params["nonce"], count, cnonce, qop, method, params["uri"], body
    )
    return compare_digest(expected.encode(), params["response"].lower().encode("utf-8", "replace"))


def _family(challenge: Challenge) -> str:
    """The hash of a Digest challenge in our spelling, "" when we cannot compute it."""
    if challenge.scheme.lower() != "digest":
        return ""
    name = (challenge.params.get("algorithm") or "MD5").upper().removesuffix("-SESS")
    return name if name in STRENGTH else ""


def _is_session(challenge: Challenge) -> bool:
    return challenge.params.get("algorithm", "").upper().endswith("-SESS")


def _rank(challenge: Challenge) -> int:
    family = _family(challenge)
    return STRENGTH.index(family) + 1 if family else 0


def _qop(challenge: Challenge) -> str:
    """The protection we choose: auth before auth-int, "" when the server names none we know."""
    offered = [word.strip().lower() for word in challenge.params.get("qop", "").split(",")]
    return next((word for word in ("auth", "auth-int") if word in offered), "")


def _ha1(algorithm: str, username: str, realm: str, password: str) -> str:
    return digest(algorithm, f"{username}:{realm}:{password}")


def _response(
    algorithm: str,
    ha1: str,
    nonce: str,
    count: str,
    cnonce: str,
    qop: str,
    method: str,
    uri: str,
    body: bytes,
) -> str:
    # RFC 7616 §3.4.1 to §3.4.3.
    what = f"{method}:{uri}"
    if qop == "auth-int":
        what += f":{digest(algorithm, body)}"
    ha2 = digest(algorithm, what)
    if not qop:
        # RFC 2069: no client nonce, no count.
        return digest(algorithm, f"{ha1}:{nonce}:{ha2}")
    return digest(algorithm, f"{ha1}:{nonce}:{count}:{cnonce}:{qop}:{ha2}")


def digest(algorithm: str, data: str | bytes) -> str:
    """The hash of `data` (text as UTF-8) in hexadecimal; `algorithm` is one of STRENGTH."""
    octets = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    if algorithm == "MD5":
        return hashlib.md5(octets, usedforsecurity=False).hexdigest()
    if algorithm == "SHA-256":
        return hashlib.sha256(octets).hexdigest()
    return sha512_256(octets)


def sha512_256(octets: bytes) -> str:
    """SHA-512/256, which Pyodide's hashlib does not have; plain SHA-512 cut short is another."""
    try:
        return hashlib.new("sha512_256", octets).hexdigest()
    except ValueError:
        return sha512_256_in_python(octets)


_WORD = (1 << 64) - 1
# FIPS 180-4 §5.3.6.2.
_SHA512_256_START = (
    0x22312194FC2BF72C,
    0x9F555FA3C84C64C2,
    0x2393B86B6F53B151,
    0x963877195940EABD,
    0x96283EE2A88EFFE3,
    0xBE5E1E2553863992,
    0x2B0199FC2C85B8AA,
    0x0EB72DDC81C52CA2,
)


def _cube_root_fraction(prime: int) -> int:
    """The first 64 bits after the point of the cube root of `prime`."""
    target, low, high = prime << 192, 0, 1 << 68
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**3 <= target else (low, middle)
    return low & _WORD


@lru_cache(maxsize=1)
def _round_constants() -> tuple[int, ...]:
    # FIPS 180-4 §4.2.3: of the first eighty prime numbers.
    primes = (n for n in range(2, 410) if all(n % d for d in range(2, int(n**0.5) + 1)))
    return tuple(_cube_root_fraction(prime) for prime in primes)


def _turn(word: int, count: int) -> int:
    return (word >> count | word << (64 - count)) & _WORD


def sha512_256_in_python(octets: bytes) -> str:
    """SHA-512/256 from FIPS 180-4 §6.4, §6.7, for where hashlib lacks it."""
    constants = _round_constants()
    padding = b"\x80" + bytes(-(len(octets) + 17) % 128)
    octets = octets + padding + (len(octets) * 8).to_bytes(16, "big")
    state = list(_SHA512_256_START)
    for block in range(0, len(octets), 128):
        words = [int.from_bytes(octets[at : at + 8], "big") for at in range(block, block + 128, 8)]
        for at in range(16, 80):
            one, two = words[at - 15], words[at - 2]
            small = _turn(one, 1) ^ _turn(one, 8) ^ one >> 7
            large = _turn(two, 19) ^ _turn(two, 61) ^ two >> 6
            words.append((words[at - 16] + small + words[at - 7] + large) & _WORD)
        a, b, c, d, e, f, g, h = state
        for constant, word in zip(constants, words):
            mixed = _turn(e, 14) ^ _turn(e, 18) ^ _turn(e, 41)
            first = h + mixed + (e & f ^ ~e & g) + constant + word
            second = (_turn(a, 28) ^ _turn(a, 34) ^ _turn(a, 39)) + (a & b ^ a & c ^ b & c)
            a, b, c, d, e, f, g, h = (first + second) & _WORD, a, b, c, (d + first) & _WORD, e, f, g
        state = [(old + new) & _WORD for old, new in zip(state, (a, b, c, d, e, f, g, h))]
    return b"".join(word.to_bytes(8, "big") for word in state)[:32].hex()
