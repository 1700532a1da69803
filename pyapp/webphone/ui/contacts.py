"""The person's own contacts: found, called, written to, typed and taken from a file.

Loaded when somebody looks at them. Thousands are kept and no more than fifty drawn.
"""

from __future__ import annotations

from webphone.contract import Config, MakeCall
from webphone.phone.happenings import (
    PeopleDeleted,
    PeopleExported,
    PeopleWantedBack,
    PersonSaved,
)
from webphone.phone.people import LONGEST, MOST_NUMBERS
from webphone.phone.snapshot import Person, Snapshot
from webphone.ui.drafts import CONTACT, PERSON_NAME, PERSON_NUMBERS
from webphone.ui.finding import people_found
from webphone.ui.gestures import DraftEdited, FileGiven, PageOpened, PersonOpened
from webphone.ui.html import Node, element
from webphone.ui.messages import title
from webphone.ui.pieces import avatar, button, number, undo
from webphone.ui.view import CONTACTS, MENU, MESSAGES, View
from webphone.ui.words import say

DRAWN = 50  # contacts that are drawn


def body(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The page: all of them, or the one that is typed."""
    return _form(snapshot, view) if view.of else _list(snapshot, view)


# --- All of them ----------------------------------------------------------------------------------


def _list(snapshot: Snapshot, view: View) -> list[Node]:
    config, words = snapshot.config, view.drafts.get(CONTACT, "")
    found = people_found(snapshot.people, words)
    shown = found[:DRAWN]
    none = say("contacts_nothing") if words else say("contacts_empty")
    rest = len(found) - len(shown)
    return [
        title(say("contacts"), say("back"), PageOpened(page=MENU), config),
        element(
            "div",
            _input(CONTACT, words, "contact-search", say("contact_search"), config, "search"),
            button(
                say("contact_new"),
                on=PersonOpened(),
                part="new-contact",
                config=config,
                sign="add-contact",
                wordless=True,
            ),
            key="search",
            class_="search",
        ),
        element("div", *_news(snapshot), key="count", part="history-news", role="status"),
        element(
            "div",
            element("ul", *(_row(each, config) for each in shown), class_="others")
            if shown
            else element("p", none, key="none", class_="hint"),
            element("p", say("contacts_more", count=rest), key="more", class_="hint")
            if rest
            else None,
            _files(snapshot),
            key="contacts",
            part="contacts",
            role="group",
            tabindex="0",
            data_primary=True,
            aria_label=say("contacts"),
        ),
    ]


def _news(snapshot: Snapshot) -> list[Node]:
    """What came of a file, or what was deleted and can be had back."""
    if snapshot.people_news:
        return [element("span", snapshot.people_news, class_="words")]
    if not snapshot.people_deleted:
        return []
    words = say("contacts_deleted", count=snapshot.people_deleted)
    return undo(words, on=PeopleWantedBack(), config=snapshot.config, after="delete-contact")


def _row(person: Person, config: Config) -> Node:
    first = person.numbers[0]
    return element(
        "li",
        avatar(person.name, first),
        element(
            "button",
            element("bdi", person.name, class_="words"),
            number(", ".join(person.numbers), "contact-number"),
            type="button",
            part="contact",
            disabled=config.disabled,
            on={} if config.disabled else {"click": _opened(person)},
        ),
        button(
            say("contact_text", name=person.name),
            on=PageOpened(page=MESSAGES, of=first),
            part="write-contact",
            config=config,
            sign="messages",
            wordless=True,
        ),
        button(
            say("contact_call", name=person.name),
            on=MakeCall(target=first) if config.show_dial else None,
            part="call-back",
            config=config,
            sign="phone",
            wordless=True,
        ),
        key=person.id,
        class_="row",
        part="list-item",
    )


def _opened(person: Person) -> PersonOpened:
    return PersonOpened(id=person.id, name=person.name, numbers=", ".join(person.numbers))


def _files(snapshot: Snapshot) -> Node:
    """From a file of another program, and into one."""
    config = snapshot.config
    return element(
        "div",
        element(
            "label",
            element("span", say("contacts_import")),
            element(
                "input",
                key="file",
                type="file",
                accept=".vcf,text/vcard",
                part="import-contacts",
                disabled=config.disabled,
                on={} if config.disabled else {"input": FileGiven()},
            ),
            class_="file",
        ),
        button(say("contacts_export"), on=PeopleExported(), part="export-contacts", config=config)
        if snapshot.people
        else None,
        key="files",
        class_="all",
    )


# --- One of them ----------------------------------------------------------------------------------


def _form(snapshot: Snapshot, view: View) -> list[Node]:
    config = snapshot.config
    id = "" if view.of == "new" else view.of
    name, numbers = (view.drafts.get(what, "") for what in (PERSON_NAME, PERSON_NUMBERS))
    back = PageOpened(page=CONTACTS)
    heading = say("contact_edit") if id else say("contact_new")
    most = (LONGEST + 2) * MOST_NUMBERS
    return [
        title(heading, say("back"), back, config),
        _labelled(
            say("contact_name"),
            _input(PERSON_NAME, name, "contact-name", "", config, "text", primary=True),
        ),
        _labelled(
            say("contact_numbers"),
            _input(PERSON_NUMBERS, numbers, "contact-numbers", "", config, "text", most),
        ),
        element(
            "div",
            button(
                say("contact_delete"),
                on=PeopleDeleted(ids=(id,)),
                part="delete-contact",
                config=config,
                sign="delete",
            )
            if id
            else None,
            button(
                say("wrap_up_save"),
                on=PersonSaved(id=id, called=name, numbers=numbers),
                part="save-contact",
                config=config,
                waits=not numbers.strip(" ,;"),
            ),
            key="all",
            class_="all",
        ),
    ]


def _labelled(words: str, field: Node) -> Node:
    return element(
        "label", element("span", words, class_="words"), field, key=field.key, class_="device"
    )


def _input(
    what: str,
    value: str,
    part: str,
    label: str,
    config: Config,
    kind: str,
    most: int = LONGEST,
    *,
    primary: bool = False,
) -> Node:
    return element(
        "input",
        key=what,
        part=part,
        type=kind,
        autocomplete="off",
        dir="ltr" if what == PERSON_NUMBERS else "auto",
        maxlength=most,
        aria_label=label or None,
        placeholder=label or None,
        disabled=config.disabled,
        data_primary=primary,
        value=value,
        on={} if config.disabled else {"input": DraftEdited(what=what)},
    )
