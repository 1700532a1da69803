// A phone of the tests, run by JsSIP: window.peer is driven from jssip_page.py.
import JsSIP from "jssip";

const events = [];
const tell = (name, detail = {}) => events.push({ name, detail });
let agent = null;
let session = null;

function follow(next, direction) {
  session = next;
  const listen = () => {
    const connection = session.connection;
    connection.addEventListener("track", ({ track, streams }) => {
      const stream = streams[0] || new MediaStream([track]);
      document.getElementById(track.kind === "video" ? "picture" : "remote").srcObject = stream;
    });
  };
  if (session.connection) listen(); else session.on("peerconnection", listen);
  session.on("progress", (e) => tell("progress", { status: e.response?.status_code }));
  session.on("accepted", () => tell("accepted"));
  session.on("confirmed", () => tell("confirmed"));
  session.on("hold", (e) => tell("hold", { by: e.originator }));
  session.on("unhold", (e) => tell("unhold", { by: e.originator }));
  session.on("newDTMF", (e) => tell("dtmf", { tone: e.dtmf.tone, by: e.originator }));
  session.on("newInfo", (e) => tell("info", { body: e.info.body, by: e.originator }));
  session.on("ended", (e) => tell("ended", { cause: e.cause, by: e.originator }));
  session.on("failed", (e) => tell("failed",
    { cause: e.cause, by: e.originator, status: e.message?.status_code }));
  if (direction === "incoming") {
    tell("incoming", {
      from: session.remote_identity.uri.toString(),
      name: session.remote_identity.display_name,
    });
  }
}

const done = (name, start) => new Promise((resolve, reject) => {
  if (start(() => resolve(true)) === false) reject(new Error(`${name} is not possible now`));
});

window.peer = {
  events,
  start({ url, uri, password, options = {} }) {
    agent = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(url)],
      uri, password, register_expires: 600, session_timers: false, ...options,
    });
    agent.on("connected", () => tell("connected"));
    agent.on("disconnected", () => tell("disconnected"));
    agent.on("registered", () => tell("registered"));
    agent.on("unregistered", () => tell("unregistered"));
    agent.on("registrationFailed", (e) => tell("registrationFailed",
      { cause: e.cause, status: e.response?.status_code }));
    agent.on("newRTCSession", ({ originator, session: next }) =>
      follow(next, originator === "remote" ? "incoming" : "outgoing"));
    agent.on("newMessage", ({ originator, message }) => {
      if (originator === "remote") {
        tell("message", { body: message.request?.body ?? message._request?.body });
      }
    });
    agent.start();
  },
  stop() { agent?.stop(); },
  call(target, { video = false } = {}) {
    agent.call(target, { mediaConstraints: { audio: true, video } });
  },
  answer({ video = false } = {}) {
    // Without the second, JsSIP would offer nothing to a caller that made no offer.
    session.answer({
      mediaConstraints: { audio: true, video },
      rtcOfferConstraints: { offerToReceiveAudio: true, offerToReceiveVideo: video },
    });
  },
  hangUp(status) { session?.terminate(status ? { status_code: status } : {}); },
  hold() { return done("hold", (ready) => session.hold({}, ready)); },
  resume() { return done("resume", (ready) => session.unhold({}, ready)); },
  mute() { session.mute({ audio: true }); },
  unmute() { session.unmute({ audio: true }); },
  press(tones, transport = "RFC2833") { session.sendDTMF(tones, { transportType: transport }); },
  info(type, body) { session.sendInfo(type, body); },
  message(target, text) { agent.sendMessage(target, text); },
  drop() { agent._transport.socket._ws.close(); },
};
