// Generated from pyapp/webphone/contract.py by `make contract`.

export type PhoneState = "unconfigured" | "offline" | "connecting" | "connected" | "registering" | "registered" | "reconnecting" | "failed";
/** What `slot` of a child may say. */
export type WebPhoneSlot = "logo" | "header-end" | "idle-extra" | "call-extra" | "footer" | "launcher-icon";
export type ErrorCode = "not_ready" | "not_configured" | "insecure_context" | "mic_denied" | "mic_missing" | "mic_busy" | "policy_blocked" | "sound_blocked" | "connection_failed" | "local_network_denied" | "auth_failed" | "register_failed" | "busy" | "declined" | "not_found" | "no_answer" | "unavailable" | "timeout" | "media_failed" | "in_call" | "no_call" | "unsupported" | "other_tab" | "invalid_number" | "invalid_config" | "cancelled" | "forbidden_origin" | "internal";

/** One end of a call. */
export interface Party {
  uri: string;
  number: string;
  displayName: string;
}

/** A microphone, loudspeaker or camera, as the browser names it. */
export interface Device {
  id: string;
  kind: "audioinput" | "audiooutput" | "videoinput";
  label: string;
  chosenFor: string[];
}

/** How the call sounded. */
export interface Quality {
  mos: number | null;
  loss: number | null;
  jitterMs: number | null;
  rttMs: number | null;
}

/** How one direction of a call sounds now; `missing` names what nobody knows or is guessed. */
export interface SideStats {
  codec: string | null;
  bitrate: number | null;
  loss: number | null;
  jitterMs: number | null;
  rttMs: number | null;
  level: number | null;
  concealed: number | null;
  mos: number | null;
  missing: string[];
}

/** What is wrong with the sound of a call, and since when (ISO 8601 in UTC). */
export interface QualityWarning {
  code: "one_way_in" | "one_way_out" | "no_media" | "silent_media" | "mic_silent" | "muted_speech" | "high_loss" | "high_rtt" | "relay";
  direction: "incoming" | "outgoing" | null;
  since: string;
}

/** When one step of setting a call up was reached, in ms since the click or the INVITE came. */
export interface Timing {
  step: "media" | "invite" | "ringing" | "answer" | "ice" | "dtls" | "sound";
  atMs: number;
}

/** A call as pages see it; times are ISO 8601 in UTC. */
export interface CallView {
  id: string;
  callId: string;
  state: "dialling" | "ringing" | "early" | "active" | "held" | "ended";
  direction: "incoming" | "outgoing";
  from: Party;
  to: Party;
  displayName: string;
  startedAt: string;
  answeredAt: string | null;
  muted: boolean;
  heldBy: "local" | "remote" | "both" | null;
  codec: string | null;
  video: boolean;
  headers: Record<string, string>;
  verstat: string | null;
  timings: Timing[];
  conference: boolean;
  recordedBy: string | null;
  processed: boolean;
  /** Our sound for the page to listen to, which the person sees; gone at the end. */
  readonly localStream?: MediaStream | null;
  /** Their sound for the page to listen to, which the person sees; gone at the end. */
  readonly remoteStream?: MediaStream | null;
}

/** A call of a conference; `muted`: nobody there hears it. */
export interface Member {
  id: string;
  name: string;
  number: string;
  muted: boolean;
  speaking: boolean;
}

/** What is left of a call: exactly one record each. */
export interface CallRecord {
  id: string;
  callId: string;
  sessionId: string | null;
  direction: "incoming" | "outgoing";
  from: Party;
  to: Party;
  displayName: string;
  startedAt: string;
  ringingAt: string | null;
  answeredAt: string | null;
  endedAt: string;
  postDialDelayMs: number | null;
  ringSeconds: number;
  talkSeconds: number;
  holdSeconds: number;
  disposition: "answered" | "missed" | "rejected" | "cancelled" | "busy" | "no-answer" | "failed" | "answered-elsewhere";
  endedBy: "local" | "remote" | "system";
  sipCode: number | null;
  sipReason: string | null;
  q850: number | null;
  explanation: string;
  transferredTo: string | null;
  server: string | null;
  codec: string | null;
  quality: Quality;
  recordingId: string | null;
  timings: Timing[];
  repairs: string[];
  outcome: string;
  note: string;
}

/** What a rejected promise and the `error` event carry. */
export interface WebPhoneError extends Error {
  readonly name: "WebPhoneError";
  readonly code: ErrorCode;
  readonly hint: string;
  readonly sipCode?: number;
}

/** How a phone is set up; each one is a property of the element too. */
export interface WebPhoneConfig {
  /** Show the keys 0-9 * #. */
  showDialpad: boolean;
  /** Show the number's field. */
  showDialledNumber: boolean;
  /** Show the Answer button. */
  showAnswer: boolean;
  /** Show the Hang up button. */
  showHangup: boolean;
  /** Show the Hold button: network-level hold. */
  showHold: boolean;
  /** Show the Mute button: the microphone. */
  showMute: boolean;
  /** Show the Dial button. */
  showDial: boolean;
  /** Show registration and call status. */
  showStatus: boolean;
  /** Register as soon as credentials are there, and again when they change. */
  autoRegister: boolean;
  /** WebSocket address of the SIP server; several, separated by commas, are tried in order. */
  host: string;
  /** Digest user, and user of the address of record. */
  username: string;
  /** Digest user where it is another one than `username`, as carriers and logins of the form `time:user` have it. */
  authUsername: string;
  /** Digest password; consumed at once, never readable again. */
  password: string;
  /** From name of outgoing calls. */
  displayName: string;
  /** From number of outgoing calls; the username when empty. */
  cli: string;
  /** Authorization domain, and domain of the address of record; the host's when empty. */
  realm: string;
  /** Colours. */
  theme: "auto" | "light" | "dark";
  /** Shape of the phone: by its width, one line, one column, all the width there is, or a round button in a corner that opens it. */
  layout: "auto" | "bar" | "compact" | "full" | "launcher";
  /** ISO 3166 code of two letters: tones and number format; from `lang` when empty. */
  country: string;
  /** Prefills the number, at first and after each call to a typed one. */
  dial: string;
  /** When Python is started. */
  loading: "eager" | "idle" | "interaction";
  /** Use the built-in exchange, no server: nothing else need be set. */
  demo: boolean;
  /** Answer incoming calls at once; where the caller names a time (answer-after), then, with a tone first. */
  autoAnswer: boolean;
  /** Do not disturb: incoming calls are refused as busy. */
  dnd: boolean;
  /** Call and answer with video. */
  video: boolean;
  /** Let ws: go to other machines than this one. */
  allowInsecure: boolean;
  /** Freeze the controls; never ends a call. */
  disabled: boolean;
  /** Let a second call ring during a call. */
  callWaiting: "on" | "off";
  /** How many calls at a time. */
  maxCalls: number;
  /** Record calls to this computer's disk: never, when the person or the page asks, or each one from its answer on. */
  record: "off" | "ask" | "on";
  /** A short tone every 15 s that both sides hear while a call is recorded; auto: where the other side's phone does not say that it shows it (RFC 7866). */
  recordTone: "auto" | "on" | "off";
  /** What to ask of an other side that records (RFC 7866): to do so, not to, or to pause. */
  recordPreference: "none" | "on" | "off" | "pause";
  /** What takes the noise of the room out of our voice: the browser's own filter, RNNoise after it (fetched when first switched on), or nothing. */
  noiseSuppression: "browser" | "strong" | "off";
  /** What a call survives: a reload of its page, or its tab's crash, takes it back. Who closes the page ends the call 5 s later, by a worker that outlives the page; auto: as reload where the browser has such workers, else off. Without one, reload leaves the other end to notice, within about a minute and a half. auto and all: where tabs share a phone, the next tab goes on with its calls. */
  recover: "auto" | "off" | "reload" | "all";
  /** Which tabs register: each for itself, or one that leads and shares its phone. */
  multiTab: "all" | "leader";
  /** Name of a built-in ringtone, or the URL of one. */
  ringtone: string;
  /** How loud it rings, from 0 to 100. */
  ringVolume: number;
  /** Vibrate while it rings, where the system can. */
  vibration: "on" | "off";
  /** STUN and TURN servers. */
  iceServers: RTCIceServer[] | (() => Promise<RTCIceServer[]>);
  /** Where to fetch ice-servers, in their place: JSON of them, or of {iceServers, ttl}; fetched again before the ttl (seconds) or the credentials end. */
  iceServersUrl: string;
  /** Which network paths the sound may take. */
  icePolicy: "all" | "relay";
  /** Codec names in order of preference, `!` before a name removes it; the browser's if empty. */
  codecs: string[];
  /** Lifetime of the registration in seconds. */
  registerExpires: number;
  /** Session timer in seconds that calls ask for, at least 90 (RFC 4028 §4); 0 = off. */
  sessionExpires: number;
  /** How digits are sent in a call. */
  dtmf: "auto" | "rtp" | "info";
  /** Codes of the server for its Park and Forward: asterisk, freepbx, freeswitch, kamailio, or a list like park=700 forward=*72 forward-off=*73; none if empty. */
  featureCodes: string[];
  /** Packages of INFO that the page takes (RFC 6086); they come as the event `info`. */
  infoPackages: string[];
  /** Where the server can wake the page by a push (RFC 8599), such as pn-provider=webpush pn-prid=...; the parameters, escaped, go into the registration. */
  push: string[];
  /** RFC 5626 flows, 1 or 2. */
  flows: number;
  /** What to do when others name where to call: a 3xx to our call, a transfer. */
  redirectPolicy: "follow" | "ask" | "refuse";
  /** Numbers that need a confirmation; the country's when empty. */
  emergencyNumbers: string[];
  /** Number of your voice mail; asks the server for it, and is what the lamp dials. */
  voicemail: string;
  /** Number of an echo, for test calls on the page of the devices; a person may name one where the page names none, and the demo has 600. */
  testNumber: string;
  /** Numbers or addresses of colleagues: what each does is shown, and a press calls them. */
  lamps: string[];
  /** Code before a colleague's number that takes the call which rings there, such as **; used where the server does not say which call that is. */
  pickup: string;
  /** Links of the page that fill in the number, with `!` call at once: tel, sip (and sips), callto; not below `data-dial=off`. */
  captureLinks: string[];
  /** Tell who looks elsewhere of a call that rings, and of calls missed: by the title of the page, a badge on its icon, and, once allowed, a notification of the system. */
  notifications: "on" | "off";
  /** In a call, let the browser ask before the page is left. */
  leaveGuard: "on" | "off";
  /** on, off, or a list of `no-x`, x being the key. */
  hotkeys: string[];
  /** Origins that may frame the iframe build, besides its own; `*` is every one. */
  allowOrigins: string[];
  /** A short sound when the person mutes or holds a call, and when that is over. */
  callSounds: "on" | "off";
  /** What a screen reader is told in a call: all that changes, or only what the person did not do and must know. */
  announcements: "all" | "few";
  /** What the developer console gets. */
  logLevel: "off" | "error" | "info" | "debug";
  /** Ask the person for user name and password: where the page names a server and no user; on: also where it names neither, or its own user is refused; or never. */
  signIn: "auto" | "on" | "off";
  /** Gives {username, password}, {username, ha1} or {token}, each with authUsername where that is another; asked before the phone registers, and again when refused. */
  credentials: ((...told: any[]) => Promise<any>) | null;
  /** Given a number, gives {name, photo?, note?} or null within 3 s. */
  contactLookup: ((...told: any[]) => Promise<any>) | null;
  /** What calls come to, to choose from after an answered one, beside a note: `beforelog` has the record with both before it is stored. As an attribute separated by commas. */
  wrapUp: string[];
  /** MediaStreamConstraints for getUserMedia. */
  constraints: Record<string, unknown> | null;
  /** Headers added to every INVITE, {name: text}. */
  extraHeaders: Record<string, string> | null;
  /** Replaces visible words, {key: text}; the keys are those of words/en.py. */
  strings: Record<string, string> | null;
}

/** The detail of each event. */
export interface WebPhoneEventDetails {
  /** A call was answered, by either side. */
  answer: CallView & {answeredBy: "local" | "remote"};
  /** It rings at the other side: 180 or 183 came. */
  ringingout: CallView & {stage: "ringing" | "earlymedia", sipCode: number};
  /** A call comes in; preventDefault() keeps the phone quiet. */
  ringingin: CallView & {alertInfo: string | null, forwardedFrom: Party | null, again?: boolean};
  /** A call is over. */
  end: CallRecord;
  /** The server knows where we are. */
  registered: {server: string, expires: number, aor: string};
  /** The server no longer knows. */
  unregistered: {reason: "user" | "expired" | "lost" | "other-tab", willRetry: boolean};
  /** A fault: connection, registration, microphone or internal. */
  error: WebPhoneError;
  /** Python has drawn the first screen. */
  ready: {};
  /** The phone's state changed. */
  statechange: {state: PhoneState, previous: PhoneState};
  /** A server is being tried. */
  connecting: {server: string, attempt: number};
  /** The connection is lost; the next try comes in `seconds`. */
  reconnecting: {server: string, seconds: number, attempt: number};
  /** Somebody wants to dial; preventDefault() stops it. */
  beforedial: {target: string, video: boolean};
  /** The person is asked before a call goes on; confirm() and hangup() answer for them. */
  question: CallView & {question: "emergency" | "redirect", target: string};
  /** A call was put on hold. */
  hold: CallView & {by: "local" | "remote"};
  /** A call was taken off hold. */
  resume: CallView & {by: "local" | "remote"};
  /** A call that outlived its page is taken back; see `recover`. */
  recover: CallView & {stage: "started" | "done" | "failed"};
  /** The microphone was muted. */
  mute: CallView;
  /** The microphone was opened. */
  unmute: CallView;
  /** A digit was sent or received. */
  dtmf: CallView & {by: "local" | "remote"} & {tone: string};
  /** A transfer moved on. */
  transfer: CallView & {stage: "requested" | "accepted" | "progress" | "completed" | "failed", sipCode: number | null, target: string, by: "local" | "remote"};
  /** A step of `diagnose()` begins. */
  diagnosis: {step: number, of: number, name: string};
  /** Who is in the conference changed, or who is muted or speaks there. */
  conference: {calls: string[], members: Member[]};
  /** A recording started, paused or ended, ours or as the other side's phone says; `file` is the name of ours once it is saved. */
  recording: CallView & {state: "started" | "paused" | "resumed" | "ended" | "failed", by: "local" | "remote", recordingId: string | null, file: string | null};
  /** A text came. */
  message: {from: Party, text: string, contentType: string};
  /** An INFO came in a call that is no digit. */
  info: CallView & {text: string, contentType: string, package: string};
  /** News of a subscription; voice mail may be told without one. */
  notify: {event: string, target: string, state: "pending" | "active" | "terminated", body: string, value: unknown};
  /** A microphone, loudspeaker or camera came or went. */
  devicechange: {devices: Device[], added: Device[], removed: Device[]};
  /** A call sounds better or worse than before. */
  quality: CallView & {mos: number | null, warnings: QualityWarning[]};
  /** The typed number changed. */
  numberchange: {number: string};
  /** `contactLookup` has answered: show what is known of the other end. */
  screenpop: CallView & {contact: {name: string, photo: string, note: string} | null};
  /** The record of a call gets its note and outcome and is stored; preventDefault() keeps it out of the history. */
  beforelog: CallRecord;
  /** The call records changed. */
  historychange: {};
  /** This tab took or left the phone that all tabs share. */
  leaderchange: {leader: boolean};
}

export type WebPhoneEventMap = {
  [Name in keyof WebPhoneEventDetails]: CustomEvent<WebPhoneEventDetails[Name]>;
};
type Details = WebPhoneEventDetails;
type Handler<Name extends keyof Details> =
  ((detail: Details[Name], event: WebPhoneEventMap[Name]) => void) | null;

type Readable = Omit<WebPhoneConfig, "password">;
export interface WebPhone extends Readable {}
/** The element `<web-phone>`. Methods may be called before Python is up: they wait. */
export class WebPhone extends HTMLElement {
  static readonly formAssociated: true;
  /** The phone with that id, or null. */
  static get(id: string): WebPhone | null;
  name: string;
  readonly form: HTMLFormElement | null;
  /** Write-only. */
  set password(value: string | null);
  /** The calls, oldest first. */
  readonly calls: CallView[];
  /** The call that has the ear. */
  readonly activeCall: CallView | null;
  /** What the phone is doing. */
  readonly state: PhoneState;
  /** The last 200 call records, newest first; `exportHistory()` gives all. */
  readonly history: CallRecord[];
  /** Microphones, loudspeakers, cameras, as soon as the browser names them. */
  readonly devices: Device[];
  /** How the active call sounds: what we send (local) and hear (remote), every second. */
  readonly stats: {local: SideStats | null, remote: SideStats | null} | null;
  /** When the server was last heard that knows this phone; null: no call would arrive. */
  readonly provedAt: string | null;
  /** A call was answered, by either side. */
  onAnswer: Handler<"answer">;
  /** It rings at the other side: 180 or 183 came. */
  onRingingOut: Handler<"ringingout">;
  /** A call comes in; preventDefault() keeps the phone quiet. */
  onRingingIn: Handler<"ringingin">;
  /** A call is over. */
  onEnd: Handler<"end">;
  /** The server knows where we are. */
  onRegistered: Handler<"registered">;
  /** The server no longer knows. */
  onUnregistered: Handler<"unregistered">;
  /** A fault: connection, registration, microphone or internal. */
  onError: Handler<"error">;
  /** Waits for the phone. Settles when Python has drawn the first screen. */
  ready(): Promise<void>;
  /** Changes settings. Settles when they are applied. */
  setConfig(changes: Partial<WebPhoneConfig> & { wsServers?: string | string[] }): Promise<void>;
  /** Opens the socket to the server. Settles when it is open, after failover; rejects when every host failed once. */
  connect(): Promise<void>;
  /** Registers with the server, connecting first. Settles on the 2xx; rejects on the final failure. */
  register(): Promise<void>;
  /** Removes the registration. Settles on the final response. */
  unregister(): Promise<void>;
  /** Removes the registration and closes the socket. Settles when it is closed. */
  disconnect(): Promise<void>;
  /** Calls somebody. Settles with the call once the INVITE is sent; rejects only before that. */
  makeCall(target: string, options?: { video?: boolean; headers?: Record<string, string>; displayName?: string }): Promise<CallView>;
  /** Answers a ringing call. Settles when the 2xx is sent. */
  answer(id?: string, options?: { video?: boolean }): Promise<CallView>;
  answer(options?: { video?: boolean }): Promise<CallView>;
  /** Says yes to what the phone asks by the event `question`; hangup() says no. Settles at once. */
  confirm(id?: string): Promise<void>;
  /** Refuses a ringing call. Settles at once. */
  reject(id?: string, code?: number): Promise<void>;
  /** Sends a ringing caller elsewhere (302). Settles at once. */
  redirect(id: string, target: string): Promise<void>;
  /** Ends a call, in whatever state it is. Settles at once. */
  hangup(id?: string): Promise<void>;
  /** Ends every call. Settles at once. */
  hangupAll(): Promise<void>;
  /** Puts a call on hold by re-INVITE; without an id it toggles. Settles with the call on the final answer to the re-INVITE. */
  hold(id?: string): Promise<CallView>;
  /** Takes a call off hold. Settles with the call on the final answer to the re-INVITE. */
  resume(id?: string): Promise<CallView>;
  /** Holds the active call and resumes the held one. Settles when both have settled. */
  swap(): Promise<void>;
  /** Mutes the microphone; without arguments it toggles. Settles at once, with whether it is muted now. */
  mute(on?: boolean, id?: string): Promise<boolean>;
  /** Opens the microphone. Settles at once, with whether it is muted now. */
  unmute(id?: string): Promise<boolean>;
  /** Presses a key: types when idle, sends a digit in a call. Settles at once. */
  dialpadPress(key: string): Promise<void>;
  /** Sends digits in a call. Settles when they are handed to the sender. */
  sendDtmf(tones: string, options?: { duration?: number; gap?: number; method?: string; id?: string }): Promise<void>;
  /** Transfers a call (REFER). Settles on the final NOTIFY. */
  transfer(target: string, id?: string): Promise<void>;
  /** Calls somebody while the caller waits. Settles with the call once the INVITE is sent. */
  consult(target: string): Promise<CallView>;
  /** Joins the active and the held call; or calls whom the other side transfers us to. Settles on the final NOTIFY, or once we call. */
  completeTransfer(): Promise<void>;
  /** Goes back to the held call; or does not call whom the other side transfers us to. Settles when it is resumed, or refused. */
  cancelTransfer(): Promise<void>;
  /** Joins calls, at most eight, so that each hears all others and us; adds to those joined. Settles when they hear each other. */
  conference(ids?: string[]): Promise<void>;
  /** Takes a call out of the conference. Settles when it is held. */
  split(id: string): Promise<void>;
  /** Lets nobody in the conference hear one of the calls; without `on` it toggles. Settles at once, with whether it is muted now. */
  muteMember(id: string, on?: boolean): Promise<boolean>;
  /** Sends a text (MESSAGE). Settles on the final response, with its status and whether the text is only queued (202). */
  sendMessage(target: string, text: string, options?: { contentType?: string; id?: string }): Promise<{sipCode: number, queued: boolean}>;
  /** Sends an INFO in a call. Settles on the final response. */
  sendInfo(body: string, options?: { contentType?: string; id?: string; package?: string }): Promise<{sipCode: number}>;
  /** Asks a target or the server for its abilities (OPTIONS). Settles on the final response. */
  sendOptions(target?: string): Promise<{sipCode: number, allow: string[], supported: string[], accept: string[], userAgent: string}>;
  /** Subscribes to an event package; news come as the event `notify`, until unregistered. Settles when the server accepts it; rejects when it does not, though what may pass is tried again. */
  subscribe(target: string, event: string): Promise<void>;
  /** Ends a subscription. Settles on the final response. */
  unsubscribe(target: string, event: string): Promise<void>;
  /** Publishes a state, in the place of the one before, until unregistered. Settles on the final response. */
  publish(event: string, value?: unknown): Promise<void>;
  /** Takes a call that rings at a colleague whom `lamps` names. Settles with the call once the INVITE is sent. */
  pickUp(target: string): Promise<CallView>;
  /** Adds our camera to the call. Settles on the final answer to the re-INVITE; rejects where there is none or nobody takes it. */
  startVideo(): Promise<void>;
  /** Takes our camera out of the call, at once. Settles on the final answer to the re-INVITE. */
  stopVideo(): Promise<void>;
  /** Chooses the camera. Settles when it is in use. */
  setCamera(id: string): Promise<void>;
  /** Shares the screen in the place of the camera; in an iframe by its own button only. Settles on the final answer to the re-INVITE, where one is needed; rejects as startVideo, and with `cancelled` where the person picks none. */
  shareScreen(on?: boolean): Promise<void>;
  /** Records the active call, or goes on where it pauses. Settles when it runs; rejects where `record` is off, and where the browser can't. */
  startRecording(): Promise<void>;
  /** Pauses the recording; without an argument it toggles. Settles at once, with whether it pauses now. */
  pauseRecording(on?: boolean): Promise<boolean>;
  /** Ends the recording and saves its file. Settles with the recording's id, once it is saved. */
  stopRecording(): Promise<string>;
  /** Lets the page process the sound of all calls, one processor after the other. Settles at once; in an iframe it rejects, as no function can go there. */
  addProcessor(processor: unknown, options?: { side?: string }): Promise<void>;
  /** Takes a processor out of the calls. Settles at once. */
  removeProcessor(processor: unknown): Promise<void>;
  /** Chooses the microphone, in a call without a pause; remembered. Settles when it is in use; rejects where it can't be had, and the one before stays. */
  setInput(id: string): Promise<void>;
  /** Chooses where calls are heard; remembered. Settles when it is in use. */
  setOutput(id: string): Promise<void>;
  /** Chooses where it rings; remembered. Settles when it is in use. */
  setRinger(id: string): Promise<void>;
  /** Sets how loud calls are heard; it rings as before. Remembered. Settles when it is so loud. */
  setVolume(x: number): Promise<void>;
  /** Tests network, server and devices; `diagnosis` tells how far it is. Settles with the report. */
  diagnose(): Promise<{verdict: 'good' | 'poor' | 'blocked' | 'unknown', steps: {name: string, verdict: 'good' | 'poor' | 'blocked' | 'unknown', culprit: 'you' | 'network' | 'server' | null, fact: string, fix: string}[]}>;
  /** Exports the call records. Settles with the text. */
  exportHistory(format?: string): Promise<string>;
  /** Writes a note and an outcome into the record of a call and stores it; `beforelog` asks. Settles when it is stored; rejects with `cancelled` where `beforelog` was prevented. */
  logCall(id?: string, options?: { outcome?: string; note?: string }): Promise<void>;
  logCall(options?: { outcome?: string; note?: string }): Promise<void>;
  /** Deletes the call records, also those that the browser remembers. Settles when done. */
  clearHistory(): Promise<void>;
  /** Deletes the call records, the texts and all that is stored. Settles when done. */
  forgetEverything(): Promise<void>;
  /** Gives the trace of what happened, secrets struck out. Settles with the text, a JSON value a line. */
  getTrace(): Promise<string>;
  /** Shows the phone. Settles at once. */
  show(): Promise<void>;
  /** Hides the phone; calls go on. Settles at once. */
  hide(): Promise<void>;
  /** Calls f(detail, event) at each event of that name. */
  on<Name extends keyof Details>(
    name: Name,
    f: NonNullable<Handler<Name>>,
  ): Promise<void>;
  /** Stops calling f. */
  off<Name extends keyof Details>(
    name: Name,
    f: NonNullable<Handler<Name>>,
  ): Promise<void>;
  addEventListener<Name extends keyof WebPhoneEventMap>(
    name: Name,
    listener: (this: WebPhone, event: WebPhoneEventMap[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Name extends keyof WebPhoneEventMap>(
    name: Name,
    listener: (this: WebPhone, event: WebPhoneEventMap[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener(
    name: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** The attributes, for JSX. */
export interface WebPhoneAttributes {
  id?: string;
  name?: string;
  "show-dialpad"?: true | "true" | "false";
  "show-dialled-number"?: true | "true" | "false";
  "show-answer"?: true | "true" | "false";
  "show-hangup"?: true | "true" | "false";
  "show-hold"?: true | "true" | "false";
  "show-mute"?: true | "true" | "false";
  "show-dial"?: true | "true" | "false";
  "show-status"?: true | "true" | "false";
  "auto-register"?: boolean | "true" | "false" | "";
  "host"?: string;
  "username"?: string | number;
  "auth-username"?: string | number;
  "password"?: string;
  "display-name"?: string | number;
  "cli"?: string | number;
  "realm"?: string | number;
  "theme"?: "auto" | "light" | "dark";
  "layout"?: "auto" | "bar" | "compact" | "full" | "launcher";
  "country"?: string | number;
  "dial"?: string | number;
  "loading"?: "eager" | "idle" | "interaction";
  "demo"?: boolean | "true" | "false" | "";
  "auto-answer"?: boolean | "true" | "false" | "";
  "dnd"?: boolean | "true" | "false" | "";
  "video"?: boolean | "true" | "false" | "";
  "allow-insecure"?: boolean | "true" | "false" | "";
  "disabled"?: boolean | "true" | "false" | "";
  "call-waiting"?: "on" | "off";
  "max-calls"?: number | `${number}`;
  "record"?: "off" | "ask" | "on";
  "record-tone"?: "auto" | "on" | "off";
  "record-preference"?: "none" | "on" | "off" | "pause";
  "noise-suppression"?: "browser" | "strong" | "off";
  "recover"?: "auto" | "off" | "reload" | "all";
  "multi-tab"?: "all" | "leader";
  "ringtone"?: string | number;
  "ring-volume"?: number | `${number}`;
  "vibration"?: "on" | "off";
  "ice-servers"?: string;
  "ice-servers-url"?: string | number;
  "ice-policy"?: "all" | "relay";
  "codecs"?: string;
  "register-expires"?: number | `${number}`;
  "session-expires"?: number | `${number}`;
  "dtmf"?: "auto" | "rtp" | "info";
  "feature-codes"?: string;
  "info-packages"?: string;
  "push"?: string;
  "flows"?: number | `${number}`;
  "redirect-policy"?: "follow" | "ask" | "refuse";
  "emergency-numbers"?: string;
  "voicemail"?: string | number;
  "test-number"?: string | number;
  "lamps"?: string;
  "pickup"?: string | number;
  "capture-links"?: string;
  "notifications"?: "on" | "off";
  "leave-guard"?: "on" | "off";
  "hotkeys"?: string;
  "allow-origins"?: string;
  "call-sounds"?: "on" | "off";
  "announcements"?: "all" | "few";
  "log-level"?: "off" | "error" | "info" | "debug";
  "sign-in"?: "auto" | "on" | "off";
  "wrap-up"?: string;
}

declare global {
  var WebPhone: typeof import("./webphone").WebPhone;
  interface HTMLElementTagNameMap {
    "web-phone": WebPhone;
  }
}
