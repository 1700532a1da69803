"""Whatever three phones want of each other's calls in whatever order, they stay sound."""

from hypothesis import given, settings
from hypothesis import strategies as st

from phone.stage import World
from phone.test_any_sequence import act, all_is_well, usual

WISHES = {
    "makeCall": ("alice", "bob", "carol"),
    "answer": (),
    "reject": (),
    "hangup": (),
    "hold": (),
    "resume": (),
    "swap": (),
    "transfer": ("alice", "bob", "carol", "nobody"),
    "consult": ("alice", "bob", "carol"),
    "completeTransfer": (),
    "cancelTransfer": (),
}
POLICIES = ({"redirectPolicy": "follow"}, {"redirectPolicy": "ask"}, {"redirectPolicy": "refuse"})
who = st.sampled_from([0, 1, 2])
steps = st.lists(
    st.one_of(
        *usual(who, WISHES, POLICIES, 31.0),
        st.tuples(st.just("slow media"), who, st.booleans()),
        st.tuples(st.just("media fault"), who, st.booleans()),
        st.tuples(st.just("prevent"), who, st.sampled_from(["beforedial", "transfer", ""])),
    ),
    min_size=5,
    max_size=30,
)
# Most sequences get nowhere without a call that is up: these are the first steps of each.
TALKING = (
    ("ask", 0, ("makeCall", "bob")),
    ("ask", 1, ("answer", ())),
    ("wind", 1.0),
)


@given(steps)
@settings(derandomize=True)
def test_any_sequence_of_transfers_leaves_three_sound_phones(sequence):
    world = World()
    for user in ("alice", "bob", "carol"):
        world.registered(user, redirectPolicy="follow")
    for step in (*TALKING, *sequence):
        act(world, step)
    world.wind(60)  # a call that nobody answers is given up when all has been quiet for 300 s
    all_is_well(world)
