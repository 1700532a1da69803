// What outlives its page: holds what is to be said for it, and says so when it is gone and none has come back.
const AWAY = 5000, BACK = 30000, AGAIN = 5000, MOST = 100, LARGEST = 131072; // milliseconds, pages, characters
const held = new Map(); // by page
const say = ({ server, messages }, tries = 3) => {
  let said = false;
  const socket = new WebSocket(server, "sip");
  socket.onopen = () => {
    messages.forEach((message) => socket.send(message));
    said = true;
    setTimeout(() => socket.close(), AGAIN); // it is answered meanwhile
  };
  socket.onclose = () => said || tries < 2 || setTimeout(() => say({ server, messages }, tries - 1), AGAIN);
};
const wait = (page, will) => {
  clearTimeout(will.timer);
  will.timer = setTimeout(() => { held.delete(page); say(will); }, will.back ? BACK : AWAY);
};
const watch = async (page) => {
  await navigator.locks.request(page, () => {}); // a page has it for as long as it is there
  const will = held.get(page);
  if (will) wait(page, Object.assign(will, { watched: false }));
};
onconnect = ({ ports: [port] }) => {
  let line; // where no worker outlives its page: a connection that is open before the page goes
  const stand = (server) => {
    line?.close();
    line = server && new WebSocket(server, "sip");
    if (line) line.onclose = ({ target }) => setTimeout(() => target === line && stand(server), AGAIN);
  };
  port.onmessage = ({ data: { page, server, messages, notes } }) => {
    if (!page) return messages ? messages.forEach((message) => line?.readyState === 1 && line.send(message)) : stand(server);
    const will = held.get(page) ?? {};
    if (!messages) { // a page is coming
      will.back = true;
      port.postMessage({ notes: will.notes ?? [] }); // stored nowhere: they may hold keys
      return will.timer && !will.watched && wait(page, will);
    }
    clearTimeout(will.timer);
    if (!messages.length) return held.delete(page);
    if ([messages, notes].join("").length > LARGEST || (!held.has(page) && held.size >= MOST)) return;
    Object.assign(will, { server, messages, notes, back: false, timer: 0 });
    held.set(page, will);
    if (!will.watched) will.watched = !void watch(page);
    port.postMessage("held");
  };
};
