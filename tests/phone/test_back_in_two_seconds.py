"""Whatever took the phone away, two seconds after it can be back it is: told by what took it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from phone.stage import SERVER, Actor
from phone.wires import Wires
from webphone.phone import happenings as on
from webphone.sip import Request, Response, reply

SOON = 2.0


def asleep(world: Wires, alice: Actor) -> None:
    """An hour without a clock; the socket is gone, and nobody has said so."""
    world.die(alice, 0, 0, told=False, noticed=True)
    world.now += 3600
    alice.happens(on.Woken())


def screen_off(world: Wires, alice: Actor) -> None:
    """A mobile that lay in a pocket: its page was frozen, its socket cut by the network."""
    world.die(alice, 0, 0, told=False, noticed=False)
    world.now += 240
    alice.happens(on.Woken(visible=True))


def another_network(world: Wires, alice: Actor) -> None:
    """From one to the other, without a moment between that anybody noticed."""
    world.die(alice, 0, 0, told=False, noticed=False)
    alice.happens(on.NetworkChanged(online=True))


def no_network(world: Wires, alice: Actor) -> None:
    """Five minutes in a lift."""
    world.broken[SERVER] = "dead"
    world.die(alice, 0, 0, told=True, noticed=False)
    alice.happens(on.NetworkChanged(online=False))
    world.wind(300)
    world.broken.clear()
    alice.happens(on.NetworkChanged(online=True))


def no_network_and_no_word_of_it(world: Wires, alice: Actor) -> None:
    """A router that restarts: the browser sees its own network all the time."""
    world.broken[SERVER] = "dead"
    world.die(alice, 0, 0, told=True, noticed=False)
    world.wind(15)
    world.broken.clear()


def server_restarts(world: Wires, alice: Actor) -> None:
    """It knows nothing of us, and is away for five seconds."""
    world.broken[SERVER] = "dead"
    world.die(alice, 0, 0, told=True, noticed=True)
    world.exchange = world.fresh_exchange()
    world.wind(5)
    world.broken.clear()


def throttled(world: Wires, alice: Actor) -> None:
    """A hidden tab whose timers ring once a minute, for longer than a registration lasts."""
    for _ in range(12):
        world.now += 60
        world._deliver(world.exchange.wake(world.now))
        alice.happens(on.Woken())


def forgotten(world: Wires, alice: Actor) -> None:
    """The registration ran out while nobody was awake to renew it; the socket is as it was."""
    world.now += 700
    world._deliver(world.exchange.wake(world.now))
    assert "alice" not in world.exchange.registered
    alice.happens(on.Woken())


TAKEN_AWAY = (
    asleep,
    screen_off,
    another_network,
    no_network,
    no_network_and_no_word_of_it,
    server_restarts,
    throttled,
    forgotten,
)


@pytest.mark.parametrize("takes_away", TAKEN_AWAY, ids=lambda each: each.__name__)
def test_it_is_registered_again_within_two_seconds(
    takes_away: Callable[[Wires, Actor], None],
) -> None:
    """At both ends: the server has it, and a call rings."""
    world = Wires()
    alice, bob = world.registered("alice"), world.registered("bob")
    takes_away(world, alice)
    world.wind(SOON)
    assert alice.state == "registered"
    assert "alice" in world.exchange.registered
    if takes_away is server_restarts:
        world.die(bob, 0, 0, told=True, noticed=True)
        world.wind(SOON)
    bob.ask("makeCall", "alice")
    assert [call.state for call in alice.calls] == ["ringing"]


@pytest.mark.parametrize("renewed", ["at its refresh", "over a new connection"])
def test_a_login_that_ran_out_costs_no_more(renewed: str) -> None:
    """The page is asked for another one, and the phone registers with it at once."""
    world, good = Wires(), ["one"]

    def registrar(request: Request) -> Response:
        if request.headers.get("Authorization") == f"Bearer {good[-1]}":
            contact = ("Contact", request.headers.get("Contact") or "")
            return reply(request, 200, to_tag="r", headers=[contact, ("Expires", "600")])
        asks = 'Bearer realm="one.example", authz_server="https://login.example", scope="sip"'
        return reply(request, 401, to_tag="r", headers=[("WWW-Authenticate", asks)])

    world.registrar = registrar
    given = {"username": "alice", "token": "one"}
    alice = world.phone("alice", password=None, credentials=lambda: {**given, "token": good[-1]})
    assert alice.ask("register").done
    good.append("two")
    if renewed == "at its refresh":
        world.wind(600)
    else:
        world.die(alice, 0, 0, told=True, noticed=True)
        world.wind(SOON)
    assert alice.state == "registered"
    assert alice.told("error") == []
