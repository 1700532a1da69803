// npx esbuild examples/vue.js --bundle --alias:vue=vue/dist/vue.runtime.esm-bundler.js --outfile=vue.js
// In a .vue file: <web-phone id="phone" demo auto-register :dial="number" @answer="..." @end="..." />
// with compilerOptions.isCustomElement = (tag) => tag === "web-phone".
import { createApp, h, ref } from "vue";

const Shop = {
  setup() {
    const there = ref(true);
    const number = ref("");
    const said = ref("No call yet");
    return () => [
      h("button", { onClick: () => (number.value = "600") }, "Call the echo"),
      h("button", { onClick: () => (there.value = !there.value) }, there.value ? "Take the phone away" : "Bring the phone back"),
      h("output", said.value),
      there.value &&
        h("web-phone", {
          id: "phone",
          demo: true,
          autoRegister: true,
          dial: number.value,
          onAnswer: ({ detail }) => (said.value = `Talking to ${detail.to.number}`),
          onEnd: ({ detail }) => (said.value = `Ended: ${detail.disposition}`),
        }),
    ];
  },
};
createApp(Shop).mount("#app");
