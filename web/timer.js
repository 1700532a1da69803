// A timer that a hidden tab does not slow down: told milliseconds or null, it says when.
let timer;
onmessage = ({ data }) => {
  clearTimeout(timer);
  if (data !== null && data !== undefined) timer = setTimeout(() => postMessage(0), data);
};
