// The phone asks for a login before it registers, and for another when one is refused or has run out; in the demo for none.
const [phone, said, wrong, logins] = ["phone", "said", "wrong", "logins"].map((id) => document.getElementById(id));
const time = (milliseconds) => new Date(milliseconds).toLocaleTimeString("en-GB");

phone.credentials = async () => {
  // Whose login it is, the visitor's session at the site says, and never the page.
  const given = await fetch("/phone-login", { credentials: "same-origin", cache: "no-store" });
  wrong.hidden = given.status !== 401;
  if (!given.ok) throw new Error("no login"); // the phone says so, in words of its own
  // { username, authUsername: "time:user", password } for Kamailio. Asterisk knows no logins that run out: for it the site
  // gives { username, ha1 }, a hash in the place of the password (docs/servers/asterisk.md).
  const login = await given.json();
  const until = parseInt(login.authUsername) * 1000;
  const line = document.createElement("li");
  line.textContent = `${time(Date.now())}: for ${login.username}${until ? `, until ${time(until)}` : ""}`;
  logins.prepend(line);
  return login;
};
phone.onRegistered = ({ aor }) => (said.textContent = `${aor.replace("sip:", "")} can be called.`);
phone.onUnregistered = () => (said.textContent = "Nobody can call you now.");
