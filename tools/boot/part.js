// Fetches a part of the phone; one that is not what the build made is never used.
export const fetchPart = async (address) => {
  const name = String(address).split("/").at(-1);
  const { integrity } = FILES[name];
  try {
    // A spoilt cache is worth a second try.
    const answer = await fetch(address, { integrity }).catch(() => fetch(address, { integrity, cache: "reload" }));
    if (answer.ok) return answer;
  } catch {}
  globalThis.WebPhone.lost(name);
  return new Promise(() => {}); // told once; nobody else has to complain
};

// Python's machine: compiled already by the page's script, or else fetched by `again`.
export const instantiate = async (again, imports) => {
  const module = await globalThis.WebPhone.compiling?.catch(() => null);
  if (module) return { module, instance: await WebAssembly.instantiate(module, imports) };
  return WebAssembly.instantiateStreaming(again(), imports);
};
