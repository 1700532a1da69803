"""What your page does about calls, in Python: a screen pop, a check before dialling, a log."""

import asyncio
import re

from pyscript import document

from webphone import Phone
from webphone.contract import WebPhoneError

CUSTOMERS = {
    "600": {"name": "Echo Ltd", "city": "Bergen", "open orders": 2},
    "601": {"name": "Callback & Sons", "city": "Graz", "open orders": 0},
}
phone = Phone.get("support")
wrong = document.getElementById("wrong")


def element(tag, text):
    made = document.createElement(tag)
    made.textContent = text
    return made


async def customer_of(number):
    """Yours would ask a database: `await (await pyfetch(f"/customers/{number}")).json()`."""
    return CUSTOMERS.get(number, {"name": "Unknown", "number": number})


@phone.on("ringingin")
@phone.on("answer")
async def screen_pop(call):
    other = call["from"] if call["direction"] == "incoming" else call["to"]
    customer = await customer_of(other["number"])
    rows = [(element("dt", name), element("dd", str(value))) for name, value in customer.items()]
    document.getElementById("customer").replaceChildren(*(cell for row in rows for cell in row))


@phone.on("beforedial")
def check(wish):  # not async: the phone goes on when it returns
    """No calls abroad; and a number goes out without what people write between its digits."""
    number = re.sub(r"[\s()/.-]", "", wish["target"])
    abroad = number.startswith("00")
    wrong.textContent = "Calls abroad are not allowed here." if abroad else ""
    if not abroad and number != wish["target"]:
        check.task = asyncio.ensure_future(call(number))  # kept: the loop does not keep it
    return number == wish["target"] and not abroad


async def call(number):
    try:
        await phone.make_call(number)
    except WebPhoneError as error:
        wrong.textContent = f"{error.message} {error.hint}"


@phone.on("end")
def log(record):
    other = record["from"] if record["direction"] == "incoming" else record["to"]
    line = f"{other['number']}: {record['disposition']}, {record['talk_seconds']:.0f} s"
    document.getElementById("log").prepend(element("li", line))
