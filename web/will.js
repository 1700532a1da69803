// What outlives its page: holds what is to be said for it, and says so when it is gone and none has come back.
// One for each page, by whose name it goes: a browser ends a worker some minutes after any moment without a page.
const AWAY = 5000, BACK = 30000, AGAIN = 5000, PATIENCE = 10000, LATEST = 90000, LARGEST = 131072; // milliseconds, characters
let will, watched, back, timer, over, gone;
const remember = () => {
  const { records, owner, memory: [base, store, channel] } = will, asked = indexedDB.open(base), at = -gone;
  const rows = records.map(([id, record]) => ({ at, id, record: JSON.stringify({ until: gone, record }) }));
  asked.onupgradeneeded = () => asked.transaction.abort(); // the phone's to make
  asked.onsuccess = () => rows.forEach((row) => asked.result.transaction(store, "readwrite").objectStore(store).put(row, [owner, at, row.id]));
  new BroadcastChannel(channel).postMessage(JSON.stringify({ owner, records: rows.map(({ record }) => record) }));
};
const say = (until) => {
  if (!over && will.records) remember();
  const socket = new WebSocket(will.server, "sip"), late = setTimeout(() => socket.close(), PATIENCE);
  over = true;
  socket.onclose = () => (Date.now() > until ? close() : setTimeout(say, AGAIN, until));
  socket.onopen = () => {
    clearTimeout(late);
    will.messages.forEach((message) => socket.send(message));
    socket.onclose = () => close();
    setTimeout(close, AGAIN); // it is answered meanwhile
  };
};
const end = () => (will.messages.length ? say(Date.now() + LATEST) : close());
const wait = () => (clearTimeout(timer), (timer = setTimeout(end, back ? BACK : AWAY)));
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
    if (coming) (back = true), port.postMessage({ notes: (!over && will?.notes) || [] }); // stored nowhere: they may hold keys
    if (taken || (coming && !will)) return setTimeout(close); // there is a page that speaks for itself, or nothing to say
    if (!coming) {
      if (over || [given.messages, given.notes].join("").length > LARGEST) return;
      will = given;
      watched ??= navigator.locks.request(name, () => void ((gone = Date.now()), wait())); // the page has it while it is there
      if (will.messages.length) port.postMessage("held");
    }
    if (timer && !over) wait();
  };
};
