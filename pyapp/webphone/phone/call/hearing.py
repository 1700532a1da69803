"""Which part of a call hears what: a row for each output of the agent and news of the media."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webphone.phone import happenings as on
from webphone.phone.call import seldom
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.digits import REF, Digits
from webphone.phone.call.filming import pictures
from webphone.phone.call.incoming import Incoming
from webphone.phone.call.microphone import Microphone
from webphone.phone.call.outgoing import Outgoing
from webphone.phone.call.part import Part
from webphone.phone.call.peer import Peer
from webphone.phone.call.quality import Measurements
from webphone.phone.call.renegotiation import Renegotiation
from webphone.phone.call.wire import TRICKLED
from webphone.sip import (
    TRICKLE,
    Answered,
    Confirmed,
    EarlyOffer,
    InfoReceived,
    InviteSent,
    Moved,
    OfferAcknowledged,
    OfferAnswered,
    OfferReceived,
    OfferRefused,
    Output,
    PeerNamed,
    Progressed,
    ReferAnswered,
    ReferNotified,
    ReferReceived,
    Replied,
)

Kind = Callable[[Call], Part]

HEARD: dict[type[Any], Kind] = {
    InviteSent: Outgoing,
    Progressed: Outgoing,
    EarlyOffer: Outgoing,
    Answered: Outgoing,
    Confirmed: Incoming,
    PeerNamed: Peer,
    Moved: Peer,
    OfferReceived: Renegotiation,
    OfferAcknowledged: Renegotiation,
    OfferAnswered: Renegotiation,
    OfferRefused: Renegotiation,
    InfoReceived: Digits,
    Replied: Digits,
    ReferAnswered: seldom.transfer,
    ReferNotified: seldom.transfer,
    ReferReceived: seldom.referral,
    on.CandidatesFound: seldom.trickle,
    on.ToneSent: Digits,
    on.MicrophoneAsked: Microphone,
    on.MicrophoneMissing: Microphone,
    on.MicrophoneFailed: Microphone,
    on.MicrophoneEnded: Microphone,
    on.PictureTaken: pictures,
    on.PictureRefused: pictures,
    on.PictureEnded: pictures,
    on.VoiceHeard: seldom.seat,
    on.RecordingBegan: seldom.recording,
    on.RecordingFailed: seldom.recording,
    on.RecordingSaved: seldom.recording,
    on.SoundProcessed: seldom.listeners,
    on.NoiseFiltered: seldom.listeners,
    on.StreamTaken: seldom.listeners,
    on.QualityMeasured: Measurements,
}

# For whom the media work in each stage: who asked for a description hears what became of it.
DESCRIBES: dict[Stage, Kind] = {
    Stage.PREPARING: Outgoing,
    Stage.DIALLING: Outgoing,
    Stage.RINGING: Outgoing,
    Stage.EARLY: Outgoing,
    Stage.INCOMING: Incoming,
    Stage.ANSWERING: Incoming,
    Stage.RECOVERING: seldom.recovery,
    Stage.ACTIVE: Renegotiation,
}


def hears(call: Call, output: Output) -> Kind | None:
    """The part of a call that this is for; one that is being taken back has its own."""
    kind = HEARD.get(type(output))
    match output:
        case InfoReceived(package=package) if package == TRICKLE:
            return seldom.trickle
        case Replied(ref=ref) if ref.startswith(TRICKLED):
            return seldom.trickle
    taken = call.stage is Stage.RECOVERING and kind in (Outgoing, Incoming, Renegotiation)
    return seldom.recovery if taken else kind


def call_of(output: Output) -> str:
    """The call that an output of an agent is about."""
    if isinstance(output, Replied):
        return output.ref.removeprefix(REF).removeprefix(TRICKLED).partition("/")[0]
    return getattr(output, "call", "")
