// What an editor knows of the phone: names, arguments, details, errors.
import type { CallView, WebPhoneError } from "../web/webphone";

export async function order(number: string): Promise<CallView | null> {
  const phone = document.querySelector("web-phone") ?? document.createElement("web-phone");
  phone.host = "wss://sip.example.com";
  phone.showDialpad = false;
  phone.addEventListener("end", ({ detail }) => console.info(detail.disposition, detail.talkSeconds));
  phone.onRingingIn = (call) => console.info(call.displayName);
  try {
    await phone.ready();
    return await phone.makeCall(number, { video: true });
  } catch (error) {
    const { code, hint } = error as WebPhoneError;
    console.info(code === "mic_denied" ? hint : code);
    return null;
  }
}
