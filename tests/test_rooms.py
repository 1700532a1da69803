"""The doors between the rooms open one way, and the outside is what it was promised to be."""

import ast
import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

import contract as generator
from webphone.contract import (
    COMMANDS,
    ERRORS,
    EVENTS,
    READINGS,
    SETTINGS,
    CallRecord,
    CallView,
    Config,
    Member,
    Party,
    Quality,
    QualityWarning,
    SideStats,
    Timing,
    camel,
    kebab,
    snake,
)

ROOT = Path(__file__).resolve().parent.parent

SPECIFICATION = {
    "show-dialpad": ("Show (Dialpad)", True),
    "show-dialled-number": ("Show (Dialled Number)", True),
    "show-answer": ("Show (Answer)", True),
    "show-hangup": ("Show (Hang Up)", True),
    "show-hold": ("Show (Hold)", True),
    "show-mute": ("Show (Mute)", True),
    "show-dial": ("Show (Dial)", True),
    "show-status": ("Show (Status)", True),
    "auto-register": ("Auto Register", False),
    "host": ("Host", ""),
    "username": ("Username", ""),
    "password": ("Password", ""),
    "display-name": ("Display Name", ""),
    "cli": ("Cli", ""),
    "realm": ("Realm", ""),
}
MORE = {
    "auth-username": "",
    "theme": "auto",
    "layout": "auto",
    "country": "",
    "dial": "",
    "loading": "eager",
    "demo": False,
    "auto-answer": False,
    "dnd": False,
    "video": False,
    "allow-insecure": False,
    "disabled": False,
    "call-waiting": "on",
    "max-calls": 8,
    "record": "off",
    "record-tone": "auto",
    "record-preference": "none",
    "noise-suppression": "browser",
    "recover": "auto",
    "multi-tab": "all",
    "ringtone": "built-in",
    "ring-volume": 100,
    "vibration": "on",
    "ice-servers": (),
    "ice-servers-url": "",
    "ice-policy": "all",
    "codecs": (),
    "register-expires": 600,
    "session-expires": 1800,
    "dtmf": "auto",
    "feature-codes": (),
    "info-packages": (),
    "flows": 1,
    "redirect-policy": "ask",
    "emergency-numbers": (),
    "voicemail": "",
    "test-number": "",
    "lamps": (),
    "wrap-up": (),
    "push": (),
    "pickup": "",
    "capture-links": (),
    "notifications": "on",
    "leave-guard": "on",
    "hotkeys": ("on",),
    "allow-origins": (),
    "call-sounds": "on",
    "announcements": "all",
    "log-level": "error",
    "sign-in": "auto",
}
CHOICES = {
    "theme": "auto light dark",
    "layout": "auto bar compact full launcher",
    "loading": "eager idle interaction",
    "call-waiting": "on off",
    "record": "off ask on",
    "record-tone": "auto on off",
    "record-preference": "none on off pause",
    "noise-suppression": "browser strong off",
    "recover": "auto off reload all",
    "multi-tab": "all leader",
    "vibration": "on off",
    "ice-policy": "all relay",
    "dtmf": "auto rtp info",
    "redirect-policy": "follow ask refuse",
    "notifications": "on off",
    "leave-guard": "on off",
    "sign-in": "auto on off",
    "call-sounds": "on off",
    "announcements": "all few",
    "log-level": "off error info debug",
}
PROPERTIES = "credentials contactLookup constraints extraHeaders strings"
METHODS = """
ready() setConfig(changes) connect() register() unregister() disconnect()
makeCall(target, {video, headers, displayName}) answer(id?, {video}) confirm(id?)
reject(id?, code?)
redirect(id, target) hangup(id?) hangupAll() hold(id?) resume(id?) swap() mute(on?, id?) unmute(id?)
dialpadPress(key) sendDtmf(tones, {duration, gap, method, id}) transfer(target, id?)
consult(target) completeTransfer() cancelTransfer() conference(ids?) split(id) muteMember(id, on?)
sendMessage(target, text, {contentType, id}) sendInfo(body, {contentType, id, package})
sendOptions(target?)
subscribe(target, event) unsubscribe(target, event) publish(event, value?) pickUp(target) startVideo() stopVideo()
setCamera(id) shareScreen(on?) startRecording() pauseRecording(on?) stopRecording() addProcessor(processor, {side})
removeProcessor(processor) setInput(id)
setOutput(id) setRinger(id) setVolume(x) diagnose() exportHistory(format?) logCall(id?, {outcome, note}) clearHistory()
forgetEverything() getTrace() show() hide()
"""
HANDLERS = {
    "answer": "onAnswer",
    "ringingout": "onRingingOut",
    "ringingin": "onRingingIn",
    "end": "onEnd",
    "registered": "onRegistered",
    "unregistered": "onUnregistered",
    "error": "onError",
}
OTHER_EVENTS = """
ready statechange connecting reconnecting beforedial question hold resume recover mute unmute dtmf transfer diagnosis conference
recording message info notify devicechange quality numberchange screenpop beforelog historychange leaderchange
"""
ERROR_CODES = """
not_ready not_configured insecure_context mic_denied mic_missing mic_busy policy_blocked
sound_blocked connection_failed local_network_denied auth_failed register_failed busy declined
not_found no_answer unavailable timeout media_failed in_call no_call unsupported other_tab
invalid_number invalid_config cancelled forbidden_origin internal
"""
SHAPES = {
    Party: "uri number displayName",
    CallView: "id callId state direction from to displayName startedAt answeredAt muted heldBy codec "
    "video headers verstat timings conference recordedBy processed",
    Member: "id name number muted speaking",
    CallRecord: "id callId sessionId direction from to displayName startedAt ringingAt answeredAt "
    "endedAt postDialDelayMs ringSeconds talkSeconds holdSeconds disposition endedBy sipCode "
    "sipReason q850 explanation transferredTo server codec quality recordingId timings repairs"
    " outcome note",
    Quality: "mos loss jitterMs rttMs",
    Timing: "step atMs",
    SideStats: "codec bitrate loss jitterMs rttMs level concealed mos missing",
    QualityWarning: "code direction since",
}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "pyapp")}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_every_room_imports_one_way_only():
    checked = run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert checked.returncode == 0, checked.stdout


def _imports(path: Path, modules: set[str]) -> set[str]:
    """The modules that a file imports anywhere in it: on top, in a function, for types alone."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            named = {name for name in inner if name in modules}
            found |= named or {node.module}
    return found & modules


def _circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules each of which leads to all others (Tarjan's algorithm)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    circles: list[list[str]] = []

    def visit(module: str) -> None:
        number[module] = lowest[module] = len(number)
        stack.append(module)
        for other in sorted(imports[module]):
            if other not in number:
                visit(other)
                lowest[module] = min(lowest[module], lowest[other])
            elif other in stack:
                lowest[module] = min(lowest[module], number[other])
        if lowest[module] == number[module]:
            position = stack.index(module)
            circle = stack[position:]
            del stack[position:]
            if len(circle) > 1:
                circles.append(sorted(circle))

    for module in sorted(imports):
        if module not in number:
            visit(module)
    return circles


IMPORT_ALL = """
import pkgutil, typing
typing.TYPE_CHECKING = True
import webphone
for found in pkgutil.walk_packages(webphone.__path__, "webphone."):
    if not found.name.startswith(("webphone.browser", "webphone.demo")):
        __import__(found.name)
"""


def test_what_is_imported_for_types_alone_is_there_and_in_no_circle():
    ours = {**os.environ, "PYTHONPATH": "pyapp"}
    subprocess.run([sys.executable, "-c", IMPORT_ALL], check=True, cwd=ROOT, env=ours)


def test_no_two_files_need_each_other_not_even_for_their_types():
    package = ROOT / "pyapp" / "webphone"
    files = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path
        for path in package.rglob("*.py")
    }
    imports = {name: _imports(path, set(files)) for name, path in files.items()}
    assert len(imports) > 100
    assert _circles({"a": {"b"}, "b": {"a"}, "c": {"a"}}) == [["a", "b"]]
    assert _circles(imports) == []


def test_importing_the_package_on_a_server_brings_nothing_of_the_browser():
    story = (
        "import sys, webphone\n"
        "assert not [name for name in sys.modules if name.startswith('webphone.')]\n"
        "from webphone import Phone\n"
        "try: Phone.get('support')\n"
        "except RuntimeError as told: print(told)\n"
    )
    told = run(sys.executable, "-c", story)
    assert "needs a browser page" in told.stdout, told.stderr


@pytest.mark.parametrize("name", generator.FILES)
def test_a_generated_file_is_fresh(name):
    assert (ROOT / name).read_text() == generator.FILES[name](), "run make contract"


def test_every_row_of_the_specification_is_a_setting():
    found = {kebab(row.name): (row.spec, row.default) for row in SETTINGS.values() if row.spec}
    assert found == SPECIFICATION


def test_every_other_attribute_and_property_is_a_setting_with_its_default():
    rows = [row for row in SETTINGS.values() if not row.spec]
    assert {kebab(row.name): row.default for row in rows if row.attribute} == MORE
    assert [camel(row.name) for row in rows if not row.attribute] == PROPERTIES.split()


def test_every_choice_has_its_words():
    assert {
        kebab(row.name): " ".join(row.choices) for row in SETTINGS.values() if row.choices
    } == CHOICES


def test_the_password_is_the_one_secret_and_no_repr_tells_it():
    assert [row.name for row in SETTINGS.values() if row.secret] == ["password"]
    assert "geheim" not in repr(Config(password="geheim"))


def test_every_method_is_a_command_with_its_arguments():
    found = [generator.call_signature(name, kind) for name, kind in COMMANDS.items()]
    assert " ".join(found).split() == METHODS.split()


def test_every_event_is_there_and_only_six_bubble():
    assert {row.name: row.spec for row in EVENTS.values() if row.spec} == HANDLERS
    assert [row.name for row in EVENTS.values() if not row.spec] == OTHER_EVENTS.split()
    assert [row.name for row in EVENTS.values() if row.bubbles] == list(HANDLERS)[:6]
    cancelable = [row.name for row in EVENTS.values() if row.cancelable]
    assert cancelable == ["ringingin", "beforedial", "transfer", "beforelog"]


def test_every_error_code_has_a_sentence_and_a_remedy():
    assert list(ERRORS) == ERROR_CODES.split()
    assert [
        code for code, told in ERRORS.items() if not all(word.endswith(".") for word in told)
    ] == []


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_has_the_promised_fields(shape):
    names = [camel(item.name.rstrip("_")) for item in dataclasses.fields(shape)]
    assert names == SHAPES[shape].split()


def test_the_readings_are_the_promised_ones():
    assert [camel(name) for name in READINGS] == (
        ["calls", "activeCall", "state", "history", "devices", "stats", "provedAt"]
    )


def test_no_name_of_the_element_is_taken_twice():
    names = [camel(name) for name in (*SETTINGS, *READINGS)] + [*COMMANDS, "on", "off"]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", [*SETTINGS, *READINGS, *map(snake, COMMANDS)])
def test_each_spelling_leads_back_to_the_name(name):
    assert snake(camel(name)) == snake(kebab(name)) == name
