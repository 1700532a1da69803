"""What a session description says; no sound passes here."""

from webphone.media.codecs import Codec
from webphone.media.dtmf import Invalid, choose, info_body, parse_info, tones
from webphone.media.negotiation import (
    answer_direction,
    can_send_tones,
    chosen_codec,
    held_by,
    hold_direction,
    origin,
    pictures,
    problem,
    same_end,
    shows_video,
    takes_video,
    wants_video,
)
from webphone.media.sdp import Description, Direction, Media, Unusable

__all__ = [
    "Codec",
    "Description",
    "Direction",
    "Invalid",
    "Media",
    "Unusable",
    "answer_direction",
    "can_send_tones",
    "choose",
    "chosen_codec",
    "held_by",
    "hold_direction",
    "info_body",
    "origin",
    "parse_info",
    "pictures",
    "problem",
    "same_end",
    "shows_video",
    "takes_video",
    "tones",
    "wants_video",
]
