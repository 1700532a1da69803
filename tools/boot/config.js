// What PyScript's core is told to load, in place of what it reads from the page: the phone's own
// settings alone. What the page's Python asks for comes later, and can't keep the phone from starting.
const own = document.getElementById("webphone-python");

export const page = {}; // {config, url}: packages, files and modules for the Python of the page
export const ownConfig = (type, { config, configURL, error, ...rest }) => {
  if (type !== "py") return { config, configURL, error, ...rest };
  Object.assign(page, { config: config ?? {}, url: configURL ?? location.href });
  const { files, fetch, js_modules, ...shown } = page.config;
  return { ...rest, config: { ...shown, ...JSON.parse(own.dataset.config) } };
};
