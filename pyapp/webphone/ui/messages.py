"""Texts on the screen: the threads, one of them with all of its texts, and a field for the next."""

from __future__ import annotations

from dataclasses import replace

from webphone.contract import Config, SendMessage
from webphone.phone.snapshot import Snapshot, Text, Thread
from webphone.ui import drafts
from webphone.ui.gestures import PageClosed, PageOpened
from webphone.ui.html import Node, element
from webphone.ui.pieces import button
from webphone.ui.selectors import own_page
from webphone.ui.view import MESSAGES, View
from webphone.ui.words import say


def is_open(snapshot: Snapshot, view: View) -> bool:
    """Whether the person reads or writes texts."""
    return own_page(snapshot, view) == MESSAGES


def unread(thread: Thread, snapshot: Snapshot, view: View) -> int:
    """How many texts of theirs came since the person looked at the thread last."""
    if is_open(snapshot, view) and _is(thread, view.of):
        return 0
    ids = [text.id for text in thread.texts]
    seen = view.seen.get(thread.uri, "")
    since = ids.index(seen) + 1 if seen in ids else 0
    return sum(not text.ours for text in thread.texts[since:])


def all_unread(snapshot: Snapshot, view: View) -> int:
    """Of all threads."""
    return sum(unread(thread, snapshot, view) for thread in snapshot.threads)


def looked_at(view: View, snapshot: Snapshot) -> View:
    """The view once the person has seen the thread that is open, if one is."""
    thread = _thread(snapshot, view) if is_open(snapshot, view) else None
    if thread is None:
        return view
    known = {one.uri for one in snapshot.threads}
    seen = {uri: text for uri, text in view.seen.items() if uri in known}
    return replace(view, seen={**seen, thread.uri: thread.texts[-1].id})


def body(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The threads, or the one that is open."""
    if not view.of:
        return _threads(snapshot, view)
    thread = _thread(snapshot, view)
    config = snapshot.config
    what = f"{drafts.TEXT}{view.of}"
    back = PageOpened(page=MESSAGES)
    texts = thread.texts if thread else ()
    return [
        title(thread.name if thread else view.of, say("back"), back, config),
        element(
            "div",
            element("div", *(_text(text, view.of, config) for text in texts), class_="texts"),
            key="texts",
            part="texts",
            role="log",
            aria_label=say("messages"),
            tabindex="0",
        ),
        drafts.line(
            what,
            view,
            config,
            name=say("text"),
            part="text-input",
            send=say("send"),
            does="send",
            sign="send",
            primary=True,
        ),
    ]


def title(words: str, away: str, on: PageOpened | PageClosed, config: Config) -> Node:
    """The head of a page, and the way back."""
    return element(
        "div",
        element("bdi", words, part="page-title", role="heading", aria_level="2"),
        button(away, on=on, part="page-close", config=config, sign="close", wordless=True),
        key="title",
        class_="row",
    )


def _threads(snapshot: Snapshot, view: View) -> list[Node]:
    config = snapshot.config
    rows = [_row(thread, snapshot, view) for thread in snapshot.threads]
    none = element("p", say("no_texts"), key="none", class_="hint")
    return [
        title(say("messages"), say("close"), PageClosed(), config),
        drafts.line(
            drafts.TO,
            view,
            config,
            name=say("text_to"),
            part="to-input",
            send=say("write"),
            does="write",
            sign="messages",
        ),
        element("ul", *rows, key="threads", part="list", class_="others") if rows else none,
    ]


def _row(thread: Thread, snapshot: Snapshot, view: View) -> Node:
    count, config = unread(thread, snapshot, view), snapshot.config
    opener = button(
        thread.name,
        on=PageOpened(page=MESSAGES, of=thread.uri),
        part="thread",
        config=config,
    )
    last = thread.texts[-1].text[:300]  # longer than any line, which ends in dots where it is full
    more = (
        element("span", last, class_="last", dir="auto"),
        element("span", say("unread", count=count), part="unread") if count else None,
    )
    shown = tuple(each for each in more if each is not None)
    return element(
        "li",
        replace(opener, children=(element("bdi", thread.name, class_="words"), *shown)),
        key=thread.uri,
        part="list-item",
    )


def _text(text: Text, target: str, config: Config) -> Node:
    failed = text.state == "failed"
    state = say("text_failed", why=text.why or "") if failed else None
    if text.state and not failed:
        state = say(f"text_{text.state}")
    return element(
        "div",
        element("p", text.text, dir="auto", class_="said"),
        element("p", state, part="text-state") if state else None,
        button(
            say("send_again"),
            on=SendMessage(target=target, text=text.text),
            part="send-again",
            config=config,
        )
        if failed
        else None,
        key=text.id,
        part="text",
        data_by="us" if text.ours else "them",
        data_state=text.state or None,
    )


def _thread(snapshot: Snapshot, view: View) -> Thread | None:
    return next((thread for thread in snapshot.threads if _is(thread, view.of)), None)


def _is(thread: Thread, of: str) -> bool:
    """Whether this is the thread with that address or number."""
    return of in (thread.uri, thread.peer.number) and of != ""
