"""What a session description says; no sound passes here."""

from webphone.media.dtmf import Invalid, choose, info_body, parse_info, tones
from webphone.media.negotiation import (
    Event,
    Negotiation,
    State,
    Verdict,
    answer_direction,
    can_send_tones,
    chosen_codec,
    held_by,
    hold_direction,
    order_codecs,
    problem,
    same_end,
    video_accepted,
    wants_video,
)
from webphone.media.quality import Counters, Measure, Quality
from webphone.media.sdp import Codec, Description, Direction, Media, Unusable

__all__ = [
    "Codec",
    "Counters",
    "Description",
    "Direction",
    "Event",
    "Invalid",
    "Measure",
    "Media",
    "Negotiation",
    "Quality",
    "State",
    "Unusable",
    "Verdict",
    "answer_direction",
    "can_send_tones",
    "choose",
    "chosen_codec",
    "held_by",
    "hold_direction",
    "info_body",
    "order_codecs",
    "parse_info",
    "problem",
    "same_end",
    "tones",
    "video_accepted",
    "wants_video",
]
