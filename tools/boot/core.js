// PyScript's core as this build ships it.
import { hooks } from "@pyscript/core";
import { createProgress, fixedRelative, loadProgress } from "polyscript/exports";
import { page } from "./config.js";

// The hooks for workers are turned into source with Function(), which a strict
// Content-Security-Policy forbids. Python runs on the page itself here: no hooks, no Function().
for (const hook of Object.values(hooks.worker)) hook.clear();

// Before the first script of the page itself runs: the rest of the standard library, and what the
// page's config names. A mistake in there is told, and the script runs all the same.
const INSTALL = `
import micropip
if index_urls:
    micropip.set_index_urls(index_urls)
await micropip.install(wanted, keep_going=True)
`;
const install = async (python, { packages = [], packages_cache, index_urls = [] }, url) => {
  const wanted = packages.map(fixedRelative, url);
  if (!wanted.length) return;
  if (packages_cache === "passthrough") return python.loadPackage(wanted);
  await python.loadPackage("micropip");
  const globals = python.toPy({ wanted, index_urls });
  await python.runPythonAsync(INSTALL, { globals }).finally(() => globals.destroy());
};
const prepare = async (python) => {
  const { config, url } = page;
  for (const step of [
    () => python.loadMore(),
    () => loadProgress("pyodide", createProgress("py"), python, config, url),
    () => install(python, config, url),
  ])
    await step().catch(console.error);
};
let prepared;
hooks.main.onReady.add(({ interpreter }, { id }) => {
  if (id !== "webphone-python") return (prepared ??= prepare(interpreter));
});
