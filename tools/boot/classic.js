// Pyodide asks for a worker that is a module. What it needs of one, this has: nobody imports a script in it. A
// classic one lets Chromium keep the compiled code at the first visit, for the page to have at the second.
if (!globalThis.document)
  globalThis.importScripts = () => {
    throw new TypeError("As in a module");
  };
