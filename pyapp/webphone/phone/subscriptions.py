"""News of others and of us: voice mail, colleagues, what the page subscribes to and publishes.

A phone that only calls never loads this file.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from webphone.contract import (
    Config,
    Event,
    MakeCall,
    PickUp,
    Publish,
    Subscribe,
    Unsubscribe,
    WebPhoneError,
    encode,
)
from webphone.machine import due
from webphone.phone import actions as do
from webphone.phone import wishes
from webphone.phone.account.account import Account, Result
from webphone.phone.call.call import Call
from webphone.phone.call.endings import unanswered
from webphone.phone.lamp_news import LampEar
from webphone.phone.numbers import address
from webphone.phone.promises import Promises
from webphone.phone.publishing import body_of
from webphone.phone.refusals import code_of
from webphone.phone.snapshot import Lamp, Voicemail
from webphone.phone.wishes import (
    CALLS,
    MAIL,
    MOST_LAMPS,
    PRESENCE,
    ROSTER,
    Wish,
    name_of,
    own,
)
from webphone.sip import (
    Notified,
    NotNow,
    PublicationFailed,
    Published,
    Subscribed,
    SubscriptionLost,
    Unsubscribed,
    Uri,
)
from webphone.sip.packages import (
    ACCEPT,
    Conference,
    Dialogs,
    Presence,
    Summary,
    Value,
    read,
    updated,
)
from webphone.words import say
from webphone.words.bidi import isolate

News = Subscribed | SubscriptionLost | Unsubscribed | Notified | Published | PublicationFailed
MOST = 90  # subscriptions of a page and of the settings
UNKNOWN_THERE = (405, 489, 501)  # the server does not know the package


class Subscriptions:
    """All of a phone's. They are made anew with each registration, and end with it."""

    def __init__(self) -> None:
        self._wishes: dict[str, Wish] = {}
        self._going: dict[str, Wish] = {}  # that are to end, or have ended
        self._unasked: Summary | None = None
        self._account: Account | None = None
        self._settings: tuple[object, ...] = ()
        self._published: set[str] = set()
        self._publishing: dict[str, Promises] = {}
        self._news = False  # that the ear has not been told of
        self.ear = LampEar()

    # --- What the screen shows ---

    def voicemail(self, config: Config) -> Voicemail | None:
        """What waits in our box, None where nobody has said."""
        return wishes.voicemail(self._wishes, self._unasked, config)

    def lamps(self, config: Config) -> tuple[Lamp, ...]:
        """What the colleagues of the setting do."""
        return wishes.lamps(self._wishes, config)

    def roster(self, focus: Uri) -> Conference | None:
        """What its server tells of a conference."""
        wish = self._wishes.get(name_of(focus, ROSTER))
        return wish.conference if wish else None

    def pick_up(self, command: PickUp, config: Config) -> MakeCall:
        """The call that takes a colleague's ringing one; raises WebPhoneError for none."""
        return wishes.pick_up(self._wishes, command, config)

    # --- What the page asks for ---

    def subscribe(
        self, command: Subscribe, account: Account, config: Config, reply: int | None, now: float
    ) -> Result:
        """Subscribe, now or when registered. Raises WebPhoneError where that can't be."""
        uri = address(command.target, config.domain)
        if not account.wants_connection:
            raise WebPhoneError("connection_failed", say("question_offline"))
        name = name_of(uri, command.event)
        if name not in self._wishes and len(self._wishes) >= MOST:
            raise WebPhoneError("unavailable", say("subscriptions_many"))
        wish = self._wishes.setdefault(name, Wish(target=uri, event=command.event))
        wish.page = True
        if wish.over:  # somebody else's; it is asked for again
            wish.begun = wish.over = False
        wish.coming.add(reply)
        if wish.agreed:
            return [*wish.coming.settle()]
        return []

    def unsubscribe(
        self, command: Unsubscribe, config: Config, reply: int | None, now: float
    ) -> Result:
        """End a subscription; one that there is not has ended."""
        uri = address(command.target, config.domain)
        wish = self._wishes.get(name_of(uri, command.event), Wish(target=uri, event=command.event))
        wish.page = False
        wish.going.add(reply)
        result: Result = [*wish.coming.refuse(WebPhoneError("cancelled"))]
        if wish.wanted or not wish.begun:
            self._forget_unwanted()
            return [*result, *wish.going.settle()]
        return result + self._leave(wish, now)

    def publish(self, command: Publish, account: Account, reply: int | None, now: float) -> Result:
        """Publish a state, or null to have it forgotten. Raises WebPhoneError."""
        content = body_of(command, account.aor)
        if not account.open:
            raise WebPhoneError("connection_failed", say("question_offline"))
        event, promises = command.event, self._publishing.get(command.event, Promises())
        if content is None:
            self._published.discard(event)
            outputs = account.agent.unpublish(event, now)
        else:
            try:
                outputs = account.agent.publish(event, *content, now)
            except NotNow:
                raise WebPhoneError("unavailable", say("subscriptions_many")) from None
            self._published.add(event)
        promises.add(reply)
        self._publishing[event] = promises
        return account.through(outputs, now)

    # --- With the account ---

    def follow(self, account: Account, config: Config, calls: Iterable[Call], now: float) -> Result:
        """After each turn: what can be asked for now is, what went with the connection waits."""
        if account is not self._account:
            self._stop(self._wishes.values())
            if self._account is not None:
                # Another server knows nothing of what was published at the one before.
                self._published.clear()
            self._account = account
        result = self._wish_settings(account, config, now) + self._wish_rosters(calls, now)
        if self._news or due(self.ear.deadline, now):
            self._news = False
            self.ear.hear(self.lamps(config), self.voicemail(config), now)
        registered = account.agent.bound and account.registration.wanted
        if not account.open or (account.registration.wanted and not account.agent.bound):
            self._stop(self._wishes.values())
            return result
        for wish in [one for one in self._wishes.values() if not one.begun and not one.over]:
            if registered or wish.page or wish.call:
                result += self._begin(wish, account, now)
        return result

    def end(self, account: Account, now: float) -> Result:
        """The registration is to end, and with it all that is subscribed to and published."""
        result: Result = []
        for wish in list(self._wishes.values()):
            wish.page = False
            result += wish.coming.refuse(WebPhoneError("cancelled"))
            result += self._leave(wish, now) if wish.begun else []
        for event in sorted(self._published):
            result += account.through(account.agent.unpublish(event, now), now)
        self._published.clear()
        self._forget_unwanted()
        return result

    def _wish_settings(self, account: Account, config: Config, now: float) -> Result:
        """The subscriptions that the settings want; those that they wanted are left."""
        settings = (account, config.lamps, config.voicemail, config.domain, config.username)
        if settings == self._settings:
            return []
        self._settings = settings
        for wish in self._wishes.values():
            wish.setting = False
        for number in config.lamps[:MOST_LAMPS]:
            with suppress(WebPhoneError):  # then the lamp stays dark
                self._wish_setting(address(number, config.domain), CALLS)
        if config.voicemail:
            self._wish_setting(own(config), MAIL)
        return self._leave_unwanted(now)

    def _leave_unwanted(self, now: float) -> Result:
        unwanted = [wish for wish in self._wishes.values() if not wish.wanted]
        return [x for wish in unwanted for x in self._leave(wish, now)]

    def _wish_setting(self, uri: Uri, event: str) -> None:
        wish = self._wishes.setdefault(name_of(uri, event), Wish(target=uri, event=event))
        wish.setting, wish.over = True, False

    def _wish_rosters(self, calls: Iterable[Call], now: float) -> Result:
        """Who is in the conferences that these calls lead to; those of calls before are left."""
        led = {name_of(call.focus, ROSTER): call for call in calls if call.focus}
        before = [wish for wish in self._wishes.values() if wish.call]
        for wish in before:
            wish.call = wish.name in led
        for name, call in led.items():
            assert call.focus is not None
            if name in self._wishes or len(self._wishes) < MOST:
                wish = self._wishes.setdefault(name, Wish(target=call.focus, event=ROSTER))
                wish.call = True
        return self._leave_unwanted(now) if before else []

    def _begin(self, wish: Wish, account: Account, now: float) -> Result:
        wish.begun = True
        result = self._gone(wish.name)
        try:
            outputs = account.agent.subscribe(
                wish.name, wish.target, wish.event, now, accept=ACCEPT.get(wish.event, "")
            )
        except NotNow:
            wish.over = True
            error = WebPhoneError("unavailable", say("subscriptions_many"))
            return [*result, *wish.coming.refuse(error)]
        return result + account.through(outputs, now)

    def _leave(self, wish: Wish, now: float) -> Result:
        account, name = self._account, wish.name
        assert account is not None
        wish.stop()
        self._going[name] = wish
        self._forget_unwanted()
        try:
            return account.through(account.agent.unsubscribe(name, now), now)
        except NotNow:  # it has ended by itself
            return self._gone(name)

    def _gone(self, name: str) -> Result:
        wish = self._going.pop(name, None)
        return [*wish.going.settle()] if wish else []

    def _stop(self, some: Iterable[Wish]) -> None:
        for wish in some:
            wish.stop()

    def _forget_unwanted(self) -> None:
        self._wishes = {name: wish for name, wish in self._wishes.items() if wish.wanted}

    # --- News ---

    def heard(self, account: Account, news: News, now: float) -> Result:
        """What the agent tells of it."""
        self._news = True
        match news:
            case Published(event=event):
                return [*self._publishing.pop(event, Promises()).settle()]
            case PublicationFailed(event=event):
                return self._unpublished(news)
            case Unsubscribed(subscription=name):
                return self._gone(name)
            case Notified(subscription=""):
                value = read(news.content_type, news.body)
                self._unasked = value if isinstance(value, Summary) else self._unasked
                return _told(news, account.aor, value)
        wish = self._wishes.get(news.subscription)
        if wish is None:
            return []
        match news:
            case Subscribed():
                wish.agreed = True
                return [*wish.coming.settle()]
            case SubscriptionLost():
                return self._lost(wish, news)
        return self._notified(wish, account, news, now)

    def _lost(self, wish: Wish, news: SubscriptionLost) -> Result:
        """There is none now; unless it is tried again by itself, the page is told so."""
        wish.stop()
        wish.begun, wish.over = True, not news.again
        result: Result = [*wish.coming.refuse(_refusal(news))]
        if news.again:
            return result
        if wish.page:
            wish.page = False
            detail = _detail(wish.event, str(wish.target), "terminated", "", None)
            result.append(do.Tell(event=Event("notify", detail)))
        if wish.setting and wish.event == CALLS and news.status in UNKNOWN_THERE:
            # Where nobody tells of calls, somebody may tell of presence.
            self._wish_setting(wish.target, PRESENCE)
        self._forget_unwanted()
        return result

    def _notified(self, wish: Wish, account: Account, news: Notified, now: float) -> Result:
        value = read(news.content_type, news.body)
        if value is not None:
            value = wish.known[news.branch] = updated(wish.known.get(news.branch), value)
        if news.state == "terminated":
            wish.known.pop(news.branch, None)
        result = _told(news, str(wish.target), value)
        whole = value is None or getattr(value, "complete", True)
        if whole or not wish.whole:
            wish.whole = whole
            return result
        # RFC 4235 §4.3: something is missing; whoever subscribes again is told all of it.
        wish.whole = False
        outputs = account.agent.subscribe(wish.name, wish.target, wish.event, now)
        return result + account.through(outputs, now)

    def _unpublished(self, news: PublicationFailed) -> Result:
        if not news.again:
            self._published.discard(news.event)
        return [*self._publishing.pop(news.event, Promises()).refuse(_refusal(news))]


# --- Told -----------------------------------------------------------------------------------------


def _told(news: Notified, target: str, value: Value | None) -> Result:
    body = news.body.decode("utf-8", "replace")
    detail = _detail(news.event, target, news.state, body, _plain(value))
    return [do.Tell(event=Event("notify", detail))]


def _detail(event: str, target: str, state: str, body: str, value: Any) -> dict[str, Any]:
    return {"event": event, "target": target, "state": state, "body": body, "value": value}


def _plain(value: Value | None) -> Any:
    """A value as pages read it, with what it comes to."""
    told = encode(value)
    if isinstance(value, Dialogs | Presence):
        told["standing"] = value.standing
    return told


def _refusal(news: SubscriptionLost | PublicationFailed) -> WebPhoneError:
    if news.unanswered:
        return WebPhoneError("auth_failed", unanswered(news.unanswered), sip_code=news.status)
    code = code_of(news.status)
    theirs = isolate(f"{news.status or ''} {news.reason}".strip())
    words = say("question_refused", why=say(f"why_{code}"), theirs=theirs)
    return WebPhoneError(code, words, sip_code=news.status or None)
