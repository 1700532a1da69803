"""Whatever tabs and persons do in whatever order, one tab has the phone and each call one record."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from phone.stage import World
from phone.tabs_stage import Browser, bindings
from webphone.phone import happenings as on

MOST = 4  # tabs at a time
WISHES = ("register", "unregister", "answer", "hangup", "hold", "resume", "mute", "reject")
which = st.integers(0, MOST - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("open")),
        st.tuples(st.just("crash"), which),
        st.tuples(st.just("close"), which),
        st.tuples(st.just("back"), which),
        st.tuples(st.just("use here"), which),
        st.tuples(st.just("ask"), which, st.sampled_from(WISHES)),
        st.tuples(st.just("dial"), which),
        st.tuples(st.just("rings")),
        st.tuples(st.just("bob"), st.sampled_from(["answer", "hangup"])),
        st.tuples(st.just("slow"), st.booleans()),
        st.tuples(st.just("wind"), st.sampled_from([0.1, 1.0, 3.0])),
    ),
    min_size=5,
    max_size=30,
)


class Story:
    def __init__(self):
        self.browser = Browser(World())
        self.bob = self.browser.world.registered("bob")
        self.browser.tab()
        # A tab that crashed looks like an successor until the next roll call: docs/decisions.md.
        self.false_heir = False
        self.all = list(self.browser.tabs)

    def act(self, kind, *rest):
        browser, tabs = self.browser, self.browser.tabs
        if kind == "open" and len(tabs) < MOST:
            self.all.append(browser.tab())
        elif kind == "rings":
            self.bob.ask("makeCall", "alice")
        elif kind == "bob":
            self.bob.ask(rest[0])
        elif kind == "slow":
            browser.slow = True
            if not rest[0]:
                browser.land()
        elif kind == "wind":
            if rest[0] > 0.1:  # no channel is slower than that
                browser.land()
            browser.world.wind(rest[0])
        elif kind != "open" and rest[0] < len(tabs):
            self.in_tab(tabs[rest[0]], kind, *rest[1:])
        assert [phone.mistakes for phone in browser.world.phones if phone.mistakes] == []

    def in_tab(self, tab, kind, *rest):
        if kind in ("crash", "close") and len(self.browser.tabs) > 1:
            self.false_heir |= kind == "crash" and not tab.leads
            getattr(tab, kind)()
            self.browser.land()  # late: after the lock
        elif kind == "back":
            tab.happens(on.Leaving())
            self.browser.land()
            tab.happens(on.Woken())
        elif kind == "use here":
            tab.use_here()
        elif kind == "ask":
            tab.ask(*rest)
        elif kind == "dial":
            tab.ask("makeCall", "bob")

    def all_is_well(self):
        browser, world = self.browser, self.browser.world
        browser.land()
        world.wind(20)
        for tab in browser.tabs:
            assert all(promise.settled for promise in tab.promises.values())
        self.bob.ask("hangupAll")
        for tab in browser.tabs:
            tab.ask("hangupAll")
        world.wind(20)
        assert [tab.leads for tab in browser.tabs].count(True) == 1
        assert bindings(world) <= 1
        assert len({tab.snapshot.state for tab in browser.tabs}) == 1
        assert [tab.calls for tab in browser.tabs if tab.calls] == []
        records = [record.id for tab in self.all for record in tab.records]
        assert len(records) == len(set(records))
        for tab in browser.tabs:
            ends = [end["id"] for end in tab.told("end")]
            assert len(ends) == len(set(ends))
            begun = {told["id"] for name in ("ringingin", "ringingout", "answer")
                     for told in tab.told(name)}  # fmt: skip
            assert begun <= set(records) or self.false_heir


@given(steps)
@example([("slow", True), ("open",), ("open",), ("rings",), ("crash", 0)])
@example([("slow", True), ("open",), ("open",), ("rings",), ("close", 0)])
@settings(derandomize=True)
def test_any_sequence_leaves_one_phone(sequence):
    story = Story()
    for step in sequence:
        story.act(*step)
    story.all_is_well()
