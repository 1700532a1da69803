"""The phones that an INVITE of ours reached: early dialogs, and 2xx (RFC 3261 §12.1.2, §13.2.2)."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.sip.authentication import Authenticator, ClientRequest
from webphone.sip.dialog import Dialog, Key
from webphone.sip.endpoint import Endpoint, NotNow, first_values, sdp_of
from webphone.sip.outputs import Dropped, EarlyOffer, Output, PeerNamed, Send
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages import info, texts
from webphone.sip.wire.grammar import whole_number
from webphone.sip.wire.message import Request, Response

# A stranger may answer under ever new tags; each is kept for as long as the call.
MOST_FORKS = 32


@dataclass(slots=True)
class EarlyDialog:
    """One phone that has said something: that it rings, or how it sounds already."""

    dialog: Dialog
    rseq: int | None = None  # of its last reliable response
    described: bool = False  # it has described its early media
    packages: frozenset[str] = frozenset()  # of INFO, that it takes


class Forks:
    """Those of one call, by the tag of each, and what is asked in an early dialog."""

    def __init__(self, endpoint: Endpoint, authenticator: Authenticator, call: str) -> None:
        self.call = call
        self._endpoint = endpoint
        self._authenticator = authenticator
        self._early: dict[str, EarlyDialog] = {}
        self._accepted: dict[str, Dialog] = {}
        # By the tag and the number of the INVITE: of one that went out again, too.
        self._acks: dict[tuple[str, int], Send] = {}
        # The UPDATE of one that waits for us.
        self._theirs: tuple[ServerTransaction, Dialog] | None = None

    @property
    def keys(self) -> list[Key]:
        """The early dialogs."""
        return [early.dialog.key for early in self._early.values()]

    @property
    def room(self) -> bool:
        """Whether one more may answer."""
        return len(self._accepted) < MOST_FORKS

    def early(self, tag: str) -> Dialog | None:
        """The early dialog of the phone with this tag."""
        early = self._early.get(tag.lower())
        return early.dialog if early else None

    def clear(self) -> None:
        """The INVITE goes out anew: nobody rings any more."""
        self._early.clear()

    def heard(self, invite: Request, response: Response, now: float) -> list[Output] | Dropped:
        """A provisional response: the PRACK that it wants, or why it is to be ignored."""
        tag = _tag(response)
        early = self._early.get(tag)
        if early is None:
            if len(self._early) >= MOST_FORKS:
                return Dropped(why="more phones are ringing than anybody has")
            if response.status == 100 or not tag:
                return []
            early = self._early[tag] = EarlyDialog(Dialog.called(invite, response))
        outputs: list[Output] = []
        number = whole_number(response.headers.get("RSeq") or "", 2**32 - 1)
        if number is not None and "100rel" in response.require:
            # RFC 3262 §4
            if early.rseq is not None and number != early.rseq + 1:
                return Dropped(why="a reliable provisional response out of order")
            early.rseq = number
            outputs = self._acknowledge(early.dialog, f"{number} {invite.cseq}", now)
        if sdp_of(response):
            early.described = True
        if "Recv-Info" in response.headers:
            early.packages = info.packages(response)
        return outputs

    def takes(self, package: str, branch: str) -> bool:
        """Whether it takes such INFOs, or any of them does where none is named."""
        named = [self._early.get(branch.lower())] if branch else self._early.values()
        return any(early is not None and package in early.packages for early in named)

    def inform(
        self, content_type: str, body: bytes, ref: str, now: float, package: str, branch: str
    ) -> list[Output]:
        """Send an INFO in an early dialog (RFC 8840 §4.3.2)."""
        if not self.takes(package, branch):
            raise NotNow(f"that phone takes no package {package!r}")
        dialog = self._early[branch.lower()].dialog
        headers = info.headers(content_type, package)
        request = dialog.request(self._endpoint, "INFO", headers=headers, body=body)
        asked = ClientRequest(
            self._endpoint, self._authenticator, self, request, dialog=dialog, ref=ref
        )
        return asked.start(now)

    def accept(self, invite: Request, response: Response) -> tuple[Dialog, Send]:
        """A 2xx: its dialog, which is an early one no more, and its ACK."""
        tag = _tag(response)
        early = self._early.pop(tag, None)
        if early is None:
            dialog = Dialog.called(invite, response)
        else:
            dialog = early.dialog
            dialog.confirm(response)
        self._accepted[tag] = dialog
        return dialog, self._acknowledged(tag, invite)

    def ack(self, invite: Request, response: Response) -> Send | None:
        """What a 2xx is acknowledged with whose phone has answered before, None where it is new."""
        tag = _tag(response)
        return self._acknowledged(tag, invite) if tag in self._accepted else None

    def _acknowledged(self, tag: str, invite: Request) -> Send:
        key = (tag, invite.cseq.number)
        if key not in self._acks:
            ack = self._accepted[tag].ack(self._endpoint, invite)
            self._acks[key] = Send(data=bytes(ack))
        return self._acks[key]

    def part(self, now: float) -> list[Output]:
        """End the early dialogs (RFC 3261 §15): by what a server passes on that knows no INVITE."""
        outputs: list[Output] = []
        for early in self._early.values():
            bye = early.dialog.request(self._endpoint, "BYE")
            sent = ClientRequest(self._endpoint, self._authenticator, self, bye)
            outputs += sent.start(now)
        return outputs

    def receive(self, server: ServerTransaction, request: Request, now: float) -> list[Output]:
        """A request of a peer in an early dialog."""
        early = self._early[request.from_.tag.lower()]
        dialog = early.dialog
        if not dialog.takes(request):
            return self._endpoint.answer(server, 500, now)
        if request.method == "INFO":
            return info.receive(self._endpoint, self.call, server, now)
        if request.method == "MESSAGE":
            return texts.receive(self._endpoint, self.call, server, now)
        if request.method != "UPDATE":
            # RFC 3261 §15: the callee sends no BYE in an early dialog.
            return self._endpoint.answer(server, 481, now)
        sdp = sdp_of(request)
        if sdp is None:
            dialog.refresh(request)
            success = self._endpoint.success(request, None)
            return [self._named(request), *self._endpoint.transactions.answer(server, success, now)]
        # RFC 3311 §5.2: before our own offer has an answer, and before theirs has one.
        if not early.described:
            return self._endpoint.answer(server, 491, now)
        if self._theirs is not None:
            return self._endpoint.answer(server, 500, now, (self._endpoint.retry_after(),))
        self._theirs = server, dialog
        offer = EarlyOffer(call=self.call, branch=request.from_.tag, sdp=sdp)
        return [self._named(request), offer]

    def reaccept(self, sdp: str, now: float) -> list[Output]:
        """Answer what the peer offers in an early dialog."""
        server, dialog = self._offered()
        # RFC 6141 §4.6: not by a request that is refused.
        dialog.refresh(server.request)
        success = self._endpoint.success(server.request, sdp)
        return self._endpoint.transactions.answer(server, success, now)

    def rerefuse(self, status: int, now: float) -> list[Output]:
        """Refuse it: what is heard stays as it was."""
        return self._endpoint.answer(self._offered()[0], status, now)

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """The answer to a PRACK tells nothing that the INVITE's will not."""
        return [sent.news(response)] if sent.request.method == "INFO" else []

    def _acknowledge(self, dialog: Dialog, rack: str, now: float) -> list[Output]:
        prack = dialog.request(self._endpoint, "PRACK", headers=(("RAck", rack),))
        asked = ClientRequest(self._endpoint, self._authenticator, self, prack, dialog=dialog)
        return asked.start(now)

    def _offered(self) -> tuple[ServerTransaction, Dialog]:
        theirs, self._theirs = self._theirs, None
        if theirs is None:
            raise NotNow("the other side asks for no change of the call")
        return theirs

    def _named(self, request: Request) -> PeerNamed:
        return PeerNamed(call=self.call, from_=request.from_, headers=first_values(request))


def _tag(response: Response) -> str:
    """Which of the phones that our INVITE reached: its tag, a token and so case-blind (§7.3.1)."""
    return response.to.tag.lower()
