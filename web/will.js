// What outlives its page: holds what is to be said for it, and says so when it is gone and none has come back.
// One for each page, by whose name it goes: a browser ends a worker some minutes after any moment without a page.
const AWAY = 5000, BACK = 30000, AGAIN = 5000, PATIENCE = 10000, LATEST = 90000, LARGEST = 131072; // milliseconds, characters
let will, watched, back, timer, over;
const say = (until) => {
  over = true;
  const socket = new WebSocket(will.server, "sip"), late = setTimeout(() => socket.close(), PATIENCE);
  let said = false;
  socket.onopen = () => {
    clearTimeout(late);
    will.messages.forEach((message) => socket.send(message));
    said = true;
    setTimeout(close, AGAIN); // it is answered meanwhile
  };
  socket.onclose = () => (said || Date.now() > until ? close() : setTimeout(say, AGAIN, until));
};
const wait = () => {
  clearTimeout(timer);
  timer = setTimeout(() => (will.messages.length ? say(Date.now() + LATEST) : close()), back ? BACK : AWAY);
};
const watch = () => navigator.locks.request(name, () => wait()); // the page has it for as long as it is there
onconnect = ({ ports: [port] }) => {
  let line; // where no worker outlives its page: a connection that is open before the page goes
  const stand = (server) => {
    line?.close();
    line = server && new WebSocket(server, "sip");
    if (line) line.onclose = ({ target }) => setTimeout(() => target === line && stand(server), AGAIN);
  };
  port.onmessage = ({ data: { stands, now, coming, taken, ...given } }) => {
    if (stands !== undefined) return stand(stands);
    if (now) return now.forEach((message) => line?.readyState === 1 && line.send(message));
    if (coming) {
      port.postMessage({ notes: (!over && will?.notes) || [] }); // stored nowhere: they may hold keys
      back = true;
    }
    if (taken || (coming && !will)) return setTimeout(close); // there is a page that speaks for itself, or nothing to say
    if (!coming) {
      if (over || [given.messages, given.notes].join("").length > LARGEST) return;
      will = given;
      watched ??= watch();
      if (will.messages.length) port.postMessage("held");
    }
    if (timer && !over) wait();
  };
};
