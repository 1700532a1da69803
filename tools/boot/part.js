// Fetches a part of the phone; one that is not what the build made is never used.
export const LATER = "data:,"; // the address of a part that Python does not need to begin
export const fetchPart = async (address) => {
  if (String(address) === LATER) return new Response();
  const name = String(address).split("/").at(-1);
  const { integrity } = FILES[name];
  try {
    // A spoilt cache is worth a second try.
    const answer = await fetch(address, { integrity }).catch(() => fetch(address, { integrity, cache: "reload" }));
    if (answer.ok) return answer;
  } catch {}
  globalThis.WebPhone?.lost(name);
  return new Promise(() => {}); // told once; nobody else has to complain
};

// Python's machine: compiled already by the page's script, or else fetched by `again`.
let calm = (imports) => imports;
export const calmed = (made) => (calm = made);
export const instantiate = async (again, imports) => {
  const module = await globalThis.WebPhone?.compiling?.catch(() => null);
  if (module) return { module, instance: await WebAssembly.instantiate(module, imports) };
  return WebAssembly.instantiateStreaming(again(), calm(imports));
};
