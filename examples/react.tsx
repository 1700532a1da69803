// npx esbuild examples/react.tsx --bundle --jsx=automatic --outfile=react.js
import { useState } from "react";
import { createRoot } from "react-dom/client";
import type { WebPhone, WebPhoneAttributes, WebPhoneEventMap } from "../web/webphone";

interface PhoneProps extends WebPhoneAttributes {
  ref?: React.Ref<WebPhone>;
  onanswer?: (event: WebPhoneEventMap["answer"]) => void;
  onend?: (event: WebPhoneEventMap["end"]) => void;
}
declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "web-phone": PhoneProps;
    }
  }
}

function Shop() {
  const [there, put] = useState(true);
  const [number, choose] = useState("");
  const [said, say] = useState("No call yet");
  return (
    <>
      <button onClick={() => choose("600")}>Call the echo</button>
      <button onClick={() => put(!there)}>{there ? "Take the phone away" : "Bring the phone back"}</button>
      <output>{said}</output>
      {there && (
        <web-phone
          id="phone"
          demo
          auto-register
          dial={number}
          onanswer={({ detail }) => say(`Talking to ${detail.to.number}`)}
          onend={({ detail }) => say(`Ended: ${detail.disposition}`)}
        />
      )}
    </>
  );
}

createRoot(document.getElementById("app")!).render(<Shop />);
