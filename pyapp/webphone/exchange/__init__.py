"""The built-in exchange, registrar and proxy: for the demo and for tests."""

from webphone.exchange.actions import Action as Action
from webphone.exchange.actions import AnswerCame as AnswerCame
from webphone.exchange.actions import AnswerWanted as AnswerWanted
from webphone.exchange.actions import OfferWanted as OfferWanted
from webphone.exchange.actions import Over as Over
from webphone.exchange.actions import Send as Send
from webphone.exchange.exchange import Exchange as Exchange
