// Listens to the preview's events for all open pages. Browsers allow six connections per host, so
// the pages share this worker's one connection.
(() => {
  const ports = new Set();
  const last = new Map();
  let stream = null;

  function listen() {
    if (stream) return;
    stream = new EventSource("/_rolebook/events");
    for (const name of ["hello", "build", "audiences", "findings"]) {
      stream.addEventListener(name, ({ data }) => {
        last.set(name === "hello" ? "build" : name, data);
        for (const port of ports) port.postMessage({ name, data });
      });
    }
    // The browser reconnects after a lost connection, but not after an error response. The preview
    // may only be busy, so try again.
    stream.addEventListener("error", () => {
      if (!stream || stream.readyState !== EventSource.CLOSED) return;
      leave();
      setTimeout(() => { if (ports.size) listen(); }, 2000);
    });
  }

  function leave() {
    if (stream) stream.close();
    stream = null;
  }

  addEventListener("connect", ({ ports: [port] }) => {
    port.onmessage = ({ data }) => {
      if (data === "leave") {
        ports.delete(port);
        port.close();
        // Without a page, nothing is known any more when the next one is opened.
        if (!ports.size) leave();
        return;
      }
      const isFirst = !stream;
      ports.add(port);
      if (isFirst) last.clear();
      for (const [name, text] of last) port.postMessage({ name, data: text });
      listen();
    };
  });
})();
