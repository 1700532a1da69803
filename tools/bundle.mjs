// Bundles one part of dist/ with esbuild: node tools/bundle.mjs core|interpreter|page|script < plan > code.
// The plan is {define: {NAME: value}, ...}; the page's plan also holds {sources: [text, ...]}, the
// interpreter's {script: path of Pyodide's second module}.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { once } from "./once.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const plan = JSON.parse(readFileSync(0, "utf8"));
const define = Object.fromEntries(
  Object.entries(plan.define ?? {}).map(([name, value]) => [name, JSON.stringify(value)]),
);

// PyScript's plugins, other interpreters and the Python it would write as source and import at each start
// (that package is compiled into the library instead, for who imports it): an empty module stands for each.
const UNUSED = [
  [/@pyscript[/]core[/]src[/]plugins[/][\w-]+\.js$/, "export default undefined; export const notOnDOM = () => {}, notify = console.error;"],
  [/@pyscript[/]core[/]src[/]stdlib\.js$/, 'export const stdlib = "", optional = "";'],
  [/polyscript[/]esm[/]3rd-party[/]zip\.js$/, "export const parse = undefined;"],
  [/polyscript[/]esm[/]interpreter[/]pyodide_graph\.js$/, "export default {};"],
  [/polyscript[/]esm[/]interpreter[/]micropython\.js$/, 'export default { type: "micropython" };'],
];
const withoutUnused = {
  name: "without-unused",
  setup({ onLoad }) {
    for (const [filter, contents] of UNUSED) onLoad({ filter }, () => ({ contents }));
  },
};

// What Pyodide's loader says exactly once -> what ours says. Its wasm file carries the hash of its content
// in its name, is compiled while this script is still on its way, and whatever is fetched is checked.
const LOADER = [
  ['let{binary:t,response:n}=_(e+"pyodide.asm.wasm")', () => `let t,n=()=>fetchPart(e+${JSON.stringify(plan.define.PARTS.wasm)})`],
  ["WebAssembly.instantiateStreaming(n,s)", () => "instantiate(n,s)"],
  ["fetch(n,t?{integrity:t}:{})", () => "fetchPart(n)"],
];
const ownParts = {
  name: "own-parts",
  setup({ onLoad }) {
    onLoad({ filter: /pyodide[/]pyodide\.mjs$/ }, ({ path }) => {
      const loader = LOADER.map(([old, fresh]) => [old, typeof fresh === "string" ? fresh : fresh()]);
      const text = once("pyodide.mjs", readFileSync(path, "utf8"), loader);
      const part = JSON.stringify(resolve(root, "tools/boot/part.js"));
      return { contents: `import { fetchPart, instantiate } from ${part};\n${text}` };
    });
  },
};

// A frame of another site may be refused all storage: Python must start without any. No package is
// kept there, the browser keeps what it fetched; and what a page mounts is looked up when it mounts.
// PyScript's core starts with the phone's own config, the page's own comes later. A browser without
// channels, or that refuses them to a frame, lacks nothing but the core's workers, which nobody has here.
// Most pages have no shared memory: to make some all the same throws, for which Chromium reads the whole core twice more.
const CHANGED = [
  [/coincident[/]src[/]sabayon[/]index\.js$/, "const bc = new BroadcastChannel(BROADCAST_CHANNEL_UID);",
    "let bc = {}; try { bc = new BroadcastChannel(BROADCAST_CHANNEL_UID); } catch {}"],
  [/polyscript[/]esm[/]interpreter[/]pyodide\.js$/, "new IDBMapSync(`${indexURL}@${version}`)",
    "Object.assign(new Map(), { sync() {}, close() {} })"],
  [/@pyscript[/]core[/]src[/]fs\.js$/, "new IDBMap(NAMESPACE)",
    "new Proxy({}, { get: (kept, name) => (...given) => (kept.map ??= new IDBMap(NAMESPACE))[name](...given) })"],
  [/polyscript[/]esm[/]interpreters\.js$/, "import(/* webpackIgnore: true */url)",
    'Promise.resolve(globalThis[Symbol.for("webphone.python")])'],
  [/@webreflection[/]utils[/]src[/]shared-array-buffer\.js$/, "  new SAB(4, { maxByteLength: 8 });\r\n}\r\ncatch (_) {",
    "  native = Boolean(SAB && new SAB(4, { maxByteLength: 8 }));\r\n}\r\ncatch {\r\n  native = false;\r\n}\r\nif (!native) {"],
  [/@pyscript[/]core[/]src[/]config\.js$/, "configs.set(TYPE, { config: parsed, configURL, parser, plugins, error });",
    "configs.set(TYPE, ownConfig(TYPE, { config: parsed, configURL, parser, plugins, error }));",
    `import { ownConfig } from ${JSON.stringify(resolve(root, "tools/boot/config.js"))};\n`],
];
const changed = {
  name: "changed",
  setup({ onLoad }) {
    for (const [filter, old, fresh, above = ""] of CHANGED)
      onLoad({ filter }, ({ path }) => ({ contents: above + once(path, readFileSync(path, "utf8"), [[old, fresh]]) }));
  },
};

// `plan.inputs` is where to write which files the code is made of: whose work that is has to be said.
const bundle = async (entry, options) => {
  const { outputFiles, metafile } = await build({
    entryPoints: [resolve(root, entry)],
    absWorkingDir: root,
    nodePaths: [resolve(root, "node_modules")],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2022",
    legalComments: "inline",
    logLevel: "error",
    define,
    ...options,
  });
  const [{ inputs }] = Object.values(metafile.outputs);
  const used = Object.keys(inputs).filter((path) => inputs[path].bytesInOutput);
  if (plan.inputs) writeFileSync(plan.inputs, JSON.stringify(used));
  return outputFiles[0].text;
};

// A classic script shares its top-level names with the page, and a page's own `const` of the same
// name stops it from running: esbuild puts all in a function, what it makes of `define` too.
const script = async (source, define) =>
  (await transform(source, { format: "iife", minify: true, target: "es2022", define })).code;

const parts = {
  core: () => bundle("tools/boot/core.js", { minify: true, plugins: [withoutUnused, changed] }),
  // Emscripten's code is evaluated by name in places: its names must stay.
  interpreter: () =>
    bundle("tools/boot/interpreter.js", {
      format: "iife",
      banner: { js: '"use strict";' }, // as modules are
      define: { ...define, "import.meta.url": "globalThis.location.href" }, // where it came from, it asks nobody
      minifyWhitespace: true,
      plugins: [ownParts],
      loader: { ".py": "text" },
      alias: { "pyodide/pyodide.asm.mjs": plan.script },
      external: ["node:*", "ws"],
      logOverride: { "direct-eval": "silent" },
    }),
  script: () => script(plan.sources[0], define),
  page: async () => {
    const looks = await transform(plan.define.SHELL.looks, { loader: "css", minify: true });
    const shell = JSON.stringify({ ...plan.define.SHELL, looks: looks.code });
    return script(plan.sources.join("\n;\n"), { ...define, SHELL: shell });
  },
};

process.stdout.write(await parts[process.argv[2]]());
