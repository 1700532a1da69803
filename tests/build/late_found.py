"""Runs inside the built Pyodide under Node: do late imports find what the written ones would?"""

import dis
import sys
import types
from importlib import import_module

from sitecustomize import REST, Shelf, late


async def main(modules):
    import_module("webphone.sip")
    assert "webphone.sip.agent" not in sys.modules, "nobody asked for it"
    waits_when_it_fails()
    import_module("webphone.words.say")
    for name in modules:
        assert hasattr(late(name), "__doc__")
        assert name in sys.modules, name
    # A package may hand on something that has the name of one of its modules.
    from webphone.words import say

    assert callable(say)
    lost = [*asked_in_vain()]
    assert lost == [], lost
    assert len(REST) > 100
    return 0


def waits_when_it_fails():
    """A module that can't be imported now is asked again, not half there."""
    agent, get_code = late("webphone.sip.agent"), Shelf.get_code
    Shelf.get_code = lambda name: compile("raise MemoryError", name, "exec")
    try:
        hasattr(agent, "Agent")
    except MemoryError:
        pass
    else:
        raise AssertionError("it did not fail")
    finally:
        Shelf.get_code = get_code
    assert "webphone.sip.agent" not in sys.modules
    assert agent.Agent is sys.modules["webphone.sip.agent"].Agent
    assert agent is sys.modules["webphone.sip"].__dict__["agent"] is late("webphone.sip.agent")


def asked_in_vain():
    """Names that a function would ask of a late module, which has none such."""
    for name, module in [*sys.modules.items()]:
        if name.startswith("webphone"):
            for code in codes(Shelf.get_code(name)):
                late_module = None
                for step in dis.get_instructions(code):
                    asks = late_module is not None and step.opname == "LOAD_ATTR"
                    if asks and not hasattr(late_module, step.argval):
                        yield name, late_module, step.argval
                    ours = step.opname == "LOAD_GLOBAL" and step.argval.startswith("_late_")
                    late_module = getattr(module, step.argval) if ours else None


def codes(code):
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from codes(const)
