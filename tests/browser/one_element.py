"""Runs on the page: Python's side of elements, with a phone that only writes down what is asked."""

from js import WebPhone, document
from pyodide.ffi import create_proxy

from webphone.browser.element import Element
from webphone.contract import Config, Event, SetConfig
from webphone.phone.actions import Tell
from webphone.phone.happenings import Asked, SettingRefused
from webphone.phone.snapshot import Snapshot


class Phone:
    """Takes settings as the real one does; every other happening is only kept."""

    def __init__(self, host):
        self.element = Element(host)
        self.snapshot = Snapshot(config=Config(), state="unconfigured", number="")
        self.heard = []
        self.gone = False

    def begin(self):
        return self.element.begin(self.turn, self.leave)

    def turn(self, happening):
        match happening:
            case Asked(command=SetConfig(changes=changes)):
                self.change(config=self.snapshot.config.changed(changes))
            case SettingRefused(error=error):
                self.element.perform(Tell(event=Event("error", error)))
            case _:
                self.heard.append(happening)

    def change(self, **changes):
        from dataclasses import replace

        self.snapshot = replace(self.snapshot, **changes)
        self.element.show(self.snapshot)

    def leave(self):
        self.gone = True


phones = []


def factory(host):
    phones.append(Phone(host))
    return phones[-1].begin()


attach = create_proxy(factory)


def put(markup):
    """A page with this markup, its phones attached; gives the first phone."""
    phones.clear()
    document.body.innerHTML = markup
    WebPhone.attach(attach)
    return phones[0]
