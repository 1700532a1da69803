"""The calls: how each begins and ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from webphone.contract import Config, Event, WebPhoneError, encode
from webphone.machine import Same, earliest
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Account, Report, Result, Unresolved
from webphone.phone.actions import Action
from webphone.phone.call import seldom
from webphone.phone.call.call import Call, Stage, Step, ask, ended_by_person
from webphone.phone.call.endings import Ending, ending_of
from webphone.phone.call.front import Front
from webphone.phone.call.hearing import DESCRIBES, HEARD, call_of, hears
from webphone.phone.call.incoming import Incoming, call_from
from webphone.phone.call.last_call import LastCall
from webphone.phone.call.on_screen import on_screen
from webphone.phone.call.others import Errand
from webphone.phone.call.part import (
    Broken,
    Change,
    Media,
    NeverWent,
    Question,
    Unanswered,
    Up,
    Wider,
)
from webphone.phone.call.quality import Measurements
from webphone.phone.call.renegotiation import Renegotiation
from webphone.phone.call.swap import Swap
from webphone.phone.call.timings import Timings
from webphone.phone.call.wire import Wire
from webphone.phone.history import History
from webphone.phone.promises import Trouble, refused
from webphone.phone.snapshot import CallSnapshot, EndedCall
from webphone.sip import (
    By,
    Ended,
    Entropy,
    Invited,
    Uri,
)
from webphone.sip.usages.ending import reason
from webphone.words import say


class Calls:
    """All calls of a phone, by id."""

    def __init__(self, asks: Iterator[int], history: History, entropy: Entropy) -> None:
        self.config = Config()  # as it was when something was heard last
        self.calls: dict[str, Call] = {}
        self._unsaved: dict[str, Call] = {}  # that are over, and whose recording is not saved yet
        self.last = LastCall()
        self.front = Front(self.calls, self.last)
        self._asks = asks
        self._history = history
        self.errands: list[Errand] = []
        self._entropy = entropy
        self._asked: dict[int, tuple[str, Question]] = {}  # of the page, about which call
        self._seen: Same[tuple[CallSnapshot, ...]] = Same()

    # --- Questions ---

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""
        moments = [part.deadline for call in self.calls.values() for part in call.parts.values()]
        errands = [errand.deadline for errand in self.errands]
        return earliest([self.last.deadline, *moments, *errands])

    @property
    def owner(self) -> str:
        """Whose they are where they are remembered, "" while nobody's."""
        return self._history.owner

    def over(self, id: str) -> bool:
        """Whether that call has been here, and its end was told."""
        return self._history.told(id)

    @property
    def snapshots(self) -> tuple[CallSnapshot, ...]:
        """All calls as the screen sees them."""
        calls = self.calls.values()
        consults = {call.consults: call for call in calls if call.consults}
        # What takes the place of another call is seen once it has.
        seen = [call for call in calls if not call.instead_of or call.answered_at is not None]
        return self._seen(_all, *[on_screen(call, consults.get(call.id)) for call in seen])

    def find(self, id: str) -> Call:
        """The call with this id, or the one that no id can mean; WebPhoneError `no_call`."""
        if id:
            call = self.calls.get(id)
        elif self.front.active:
            call = self.front.call
        else:
            call = next(iter(self.calls.values())) if len(self.calls) == 1 else None
        if call is None:
            raise WebPhoneError("no_call")
        return call

    def ringing(self, id: str) -> Call:
        """The call with this id, or the oldest that rings; WebPhoneError `no_call`."""
        waiting = [call for call in self.calls.values() if call.ringing_in and id in ("", call.id)]
        if not waiting:
            raise WebPhoneError("no_call", say("none_rings"))
        return waiting[0]

    def crowded(self, config: Config) -> bool:
        """Whether one more call would be refused as busy."""
        waiting_refused = bool(self.calls) and config.call_waiting == "off"
        return config.dnd or waiting_refused or len(self.calls) >= config.max_calls

    def asking(self, id: str) -> Call:
        """The call with this id, or the first, that waits for the person's yes; `no_call`."""
        asking = [call for call in self.calls.values() if call.asks and id in ("", call.id)]
        if not asking:
            raise WebPhoneError("no_call", say("nothing_asked"))
        return asking[0]

    @property
    def taken(self) -> int:
        """How many calls this person has made or answered."""
        return sum(not call.ringing_in for call in self.calls.values())

    def in_front(self, call: Call) -> bool:
        """Whether it is the one to talk on, or joined with it; or there is none."""
        return self.front.holds(call)

    def new_id(self) -> str:
        """A name that no other call has."""
        return self._entropy.token(6)

    # --- A person's wishes ---

    def dial(self, call: Call, now: float) -> Result:
        """Begin an outgoing call: microphone and connection first, then the INVITE."""
        self.calls[call.id] = call
        if call.asks:
            return [*ask(call, call.asks, call.remote.uri)]
        result = self.front.take(call, now)
        result.append(do.OpenMedia(call=call.id, video=call.video))
        return result + call.wire.connect(now)

    def confirm(self, call: Call, now: float) -> Result:
        """The person says yes to what the phone asks of this call."""
        asked, call.asks = call.asks, ""
        match asked:
            case "emergency":
                return self.dial(call, now)
            case _:
                return self.changed(call, call.part(seldom.redirection).confirmed(now), now)

    def answer(self, call: Call, now: float, *, video: bool, reply: int | None) -> Result:
        """Take a ringing call."""
        taken = call.part(Incoming).answer(video=video, reply=reply)
        return self.front.take(call, now) + taken

    def reject(self, call: Call, status: int, now: float) -> Result:
        """Refuse a ringing call."""
        result = call.wire.reject(status, now)
        return result + self.finish(call, Ending(by=By.LOCAL, status=status, refused=True), now)

    def redirect(self, call: Call, target: Uri, now: float) -> Result:
        """Send a ringing caller elsewhere."""
        result = call.wire.redirect(target, now)
        return result + self.finish(call, Ending(by=By.LOCAL, status=302, refused=True), now)

    def hang_up(self, call: Call, now: float) -> Result:
        """End a call in whatever stage it is; the wire is tidied up by the SIP room."""
        if call.stage is Stage.PREPARING:
            return self._drop(call, WebPhoneError("cancelled", say("call_given_up")))
        if call.stage in (Stage.INCOMING, Stage.ANSWERING) and not call.outgoing:
            return self.reject(call, 486, now)
        return _left(call, now) + self.finish(call, ended_by_person(call), now)

    def leave(self, call: Call) -> Result:
        """Let go of it here, as another page takes it back: neither ended nor recorded."""
        self._forget(call)
        return [do.CloseMedia(call=call.id), *_over(call, WebPhoneError("other_tab"))]

    def hang_up_all(self, now: float) -> Result:
        """End every call."""
        return [x for call in list(self.calls.values()) for x in self.hang_up(call, now)]

    def resume(self, call: Call, now: float, reply: int | None) -> Result:
        """Take a call off hold; whatever was in front is held. A conference comes back whole."""
        wanted = call.part(Renegotiation).set_hold(False, reply, now)
        result = self.front.take(call, now)
        if call.joined:
            result += self.front.come_back(now)
        return result + wanted

    def swap(self, reply: int | None, now: float) -> Result:
        """Talk to the one who waits; the promise settles when both calls have changed."""
        coming = self.front.waiting()
        if coming is None:
            raise WebPhoneError("no_call", say("none_to_swap_with"))
        talking = self.front.whole(self.front.call)
        going = [call for call in talking if call.stage is Stage.ACTIVE]
        if reply is not None:
            self.errands.append(Swap(reply=reply, coming=coming, going=going))
        return self.resume(coming, now, None)

    def mute(self, call: Call, muted: bool) -> Result:
        """Close or open the microphone; to a whole conference."""
        result: Result = []
        for each in self.front.whole(call):
            if each.muted == muted:
                continue
            each.muted = muted
            event = Event("mute" if muted else "unmute", encode(each.view))
            result += [do.MuteMicrophone(call=each.id, muted=muted), do.Tell(event=event)]
        return result

    # --- News of the media and of the agent ---

    def media(self, news: Media, now: float) -> Result:
        """What the media say of a call."""
        call = self.calls.get(news.call)
        if call is None:
            return self._saved(news, now)
        call.part(Timings).media(news, now)
        kind = HEARD.get(type(news)) or DESCRIBES[call.stage]
        return self.changed(call, call.part(kind).media(news, now), now)

    def _saved(self, news: Media, now: float) -> Result:
        """The recording of a call that is over is saved, or can't be."""
        if not isinstance(news, on.RecordingSaved | on.RecordingFailed):
            return []
        call = self._unsaved.pop(news.call, None)
        return self.changed(call, call.part(seldom.recording).media(news, now), now) if call else []

    def heard(self, report: Report, config: Config, now: float) -> Result:
        """What an agent reports of a call; a call that is over here has no more news."""
        self.config, output = config, report.output
        if isinstance(output, Invited):
            return self._invited(report.account, output, config, now)
        call = self.calls.get(call_of(output))
        if call is None:
            return []
        if isinstance(output, Ended):
            return self._ended(call, output, now)
        kind = hears(call, output)
        return self.changed(call, call.part(kind).heard(output, now), now) if kind else []

    def permitted(self, news: on.Permitted, now: float) -> Result:
        """The page's word on what it was asked."""
        if news.ask not in self._asked:
            return []
        id, question = self._asked.pop(news.ask)
        return self.changed(self.calls[id], question.answer(news.allowed, now), now)

    def wake(self, now: float) -> Result:
        """Do all that is due, or that the last turn has made possible."""
        self.last.wake(now)
        result: Result = []
        for call in list(self.calls.values()):
            # They are woken with the others.
            seldom.recording_of(call)
            seldom.trickle_of(call)
            for part in list(call.parts.values()):
                # Nobody is called for those in which nothing can have come about.
                if part.rests and ((moment := part.deadline) is None or moment > now):
                    continue
                if steps := part.wake(now):
                    result += self.changed(call, steps, now)
        for errand in list(self.errands):
            result += errand.wake(self, now)
        self.errands = [errand for errand in self.errands if not errand.done]
        return result

    def finish(self, call: Call, ending: Ending, now: float) -> Result:
        """The call is over: its one record, its promises, and silence."""
        call.step(Step.OVER)
        call.ending = ending
        record = call.record(ending, call.part(Measurements).whole, now)
        self._forget(call)
        kept = self._history.remember(record)
        if call.moved_to is None or not self.calls:
            # Who is transferred goes on with another call, and has not been left.
            self.last.begin(call, ending, record, now)
        return [
            do.CloseMedia(call=call.id),
            *_over(call, WebPhoneError("no_call", say("call_over"))),
            *kept,
            do.Tell(event=Event("end", encode(record))),
        ]

    def lost(self, farewell: EndedCall, now: float, *, told: bool = False) -> Result:
        """A call that ended where nobody was: its record; `told`, where its end is known."""
        self.last.show(farewell, now)
        kept = self._history.remember(farewell.record)
        return [*kept] if told else [*kept, do.Tell(event=Event("end", encode(farewell.record)))]

    # --- Steps ---

    def _ended(self, call: Call, news: Ended, now: float) -> Result:
        """The call is over, unless it is sent elsewhere, or taken back in another way."""
        if call.stage is Stage.RECOVERING:
            return self.changed(call, call.part(seldom.recovery).heard(news, now), now)
        if news.moved or (seldom.redirection in call.parts and call.answered_at is None):
            goes_on = call.part(seldom.redirection).heard(news, now)
            if goes_on:
                return self.changed(call, goes_on, now)
        if (
            call.outgoing
            and news.status in (408, 503)
            and len(call.account.connection.servers.addresses) > 1
        ):
            # Loaded by the first server that fails.
            from webphone.phone.call.elsewhere import another_server

            left = another_server(self, call, news, now)
            if left is not None:
                return left
        if call.outgoing and call.account.registration.awaits_login and news.status in (401, 407):
            # Loaded by the first login that has run out.
            from webphone.phone.call.signed_anew import another_login

            if another_login(self, call, news):
                return []
        return self.finish(call, ending_of(news), now)

    def _invited(self, account: Account, news: Invited, config: Config, now: float) -> Result:
        if (made := self.calls.get(news.call)) is not None:
            # Loaded by the first that comes.
            from webphone.phone.call.takeover import called_back

            return called_back(self, made, news, now)
        if account.retired and news.replaces not in self.calls:
            return Wire(account, news.call).reject(480, now)
        others = list(self.calls.values())
        call = call_from(account, news, now)
        if news.replaces in self.calls:
            # Loaded by the first that comes.
            from webphone.phone.call.takeover import take_over

            return take_over(self, self.calls[news.replaces], call, now)
        setup = call.part(Incoming)
        self.calls[call.id] = call
        refusal = setup.refusal(config, others)
        if refusal is not None:
            rejected = call.wire.reject(refusal.status or 486, now, why=refusal.media)
            return rejected + self.finish(call, refusal, now)
        return self.ring(call, config, now)

    def ring(self, call: Call, config: Config, now: float) -> Result:
        """Let it ring, unless it is to be answered by itself."""
        self.calls[call.id] = call
        setup = call.part(Incoming)
        result = [*call.wire.ring(now), do.Prepare()]
        event = Event("ringingin", setup.details())
        result.append(self._ask(call, Question(event, setup.permitted)))
        after = seldom.announced(call)
        if config.auto_answer and len(self.calls) == 1:
            if after is None:
                return result + self.answer(call, now, video=config.video, reply=None)
            steps = call.part(seldom.alerting).begin(after, now, video=config.video)
            return result + self.changed(call, steps, now)
        return result

    def _ask(self, call: Call, question: Question) -> do.Ask:
        ask = next(self._asks)
        self._asked[ask] = call.id, question
        return do.Ask(ask=ask, event=question.event)

    def changed(
        self, call: Call, steps: Sequence[Action | Unresolved | Change], now: float
    ) -> Result:
        """What parts can't do alone: a call that is up, or can't go on, concerns the others."""
        result: Result = []
        for item in steps:
            match item:
                case Up(by=by, reply=reply):
                    result += self._answered(call, by, reply, now)
                case Broken():
                    result += self._break_off(call, item, now)
                case NeverWent(error=error):
                    result += self._drop(call, error)
                case Unanswered():
                    result += self._leave_unanswered(call, now)
                case Question():
                    result.append(self._ask(call, item))
                case Wider(act=act):
                    result += self.changed(call, act(self, now), now)
                case _:
                    result.append(item)
        return result

    def _answered(self, call: Call, by: str, reply: int | None, now: float) -> Result:
        call.step(Step.ANSWERED)
        call.answered_at = now
        result: Result = [] if reply is None else [do.Settle(reply=reply, value=call.view)]
        result.append(do.Tell(event=Event("answer", {**encode(call.view), "answeredBy": by})))
        return result + self.front.answered(call, now)

    def _break_off(self, call: Call, broken: Broken, now: float) -> Result:
        """The sound can't be set up: end the call and say why. It was not answered then."""
        why, call.answered_at = broken.why, None
        if call.stage in (Stage.INCOMING, Stage.ANSWERING):
            result = call.wire.reject(broken.status, now, why=why)
        else:
            result = _left(call, now, reason(broken.status, str(why)))
        error = WebPhoneError(broken.code, why)
        result += [*_over(call, error), Trouble(error)]
        return result + self.finish(
            call, Ending(by=By.SYSTEM, status=broken.status, media=why), now
        )

    def _leave_unanswered(self, call: Call, now: float) -> Result:
        left = (
            _left(call, now, reason(408, "nobody answers"))
            if call.outgoing
            else call.wire.reject(480, now)
        )
        return left + self.finish(call, Ending(by=By.SYSTEM, status=480), now)

    def _drop(self, call: Call, error: WebPhoneError) -> Result:
        """A call that never went out leaves no record: its promise says why."""
        call.step(Step.OVER)
        self._forget(call)
        return [do.CloseMedia(call=call.id), *(_over(call, error) or refused(None, error))]

    def _forget(self, call: Call) -> None:
        self.calls.pop(call.id, None)
        if (recording := seldom.recording_of(call)) and recording.unsaved:
            self._unsaved[call.id] = call
        self._asked = {ask: about for ask, about in self._asked.items() if about[0] != call.id}
        self.front.leave(call)


def _left(call: Call, now: float, *headers: tuple[str, str]) -> Result:
    """End it on the wire, where there is something of it."""
    return call.wire.hang_up(now, headers=headers) if call.wire.known else []


def _over(call: Call, error: WebPhoneError) -> list[do.Action]:
    """What waited for something of the call is refused."""
    return [refusal for part in call.parts.values() for refusal in part.over(error)]


def _all(*calls: CallSnapshot) -> tuple[CallSnapshot, ...]:
    return calls
