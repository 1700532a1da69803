// PyScript's core as this build ships it.
import { hooks } from "@pyscript/core";

// The hooks for workers are turned into source with Function(), which a strict
// Content-Security-Policy forbids. Python runs on the page itself here: no hooks, no Function().
for (const hook of Object.values(hooks.worker)) hook.clear();
