// The same methods and events as the element's; they cross over into the frame.
const { phone } = document.getElementById("embed");
const said = document.getElementById("said");
const nameOf = (number) => document.querySelector(`a[href="tel:${CSS.escape(number)}"]`)?.closest("tr").cells[0].textContent ?? number;

// phone.password = await (await fetch("/my-phone-password")).text(); // over a port, never in an address
phone.onRingingOut = ({ to }) => (said.textContent = `${nameOf(to.number)}'s phone rings.`);
phone.onRingingIn = ({ from }) => (said.textContent = `${nameOf(from.number)} calls you.`);
phone.onAnswer = ({ direction, from, to }) =>
  (said.textContent = `You are talking to ${nameOf((direction === "incoming" ? from : to).number)}.`);
phone.onEnd = ({ explanation, talkSeconds }) =>
  (said.textContent = talkSeconds ? `${explanation} It took ${Math.ceil(talkSeconds)} s.` : explanation);
phone.onError = ({ message, hint }) => (said.textContent = `${message} ${hint}`);
