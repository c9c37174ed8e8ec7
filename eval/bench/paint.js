// Put into every page before its own scripts: notes when which token of an answer was painted.
//
// After a change of the page it waits for the next animation frame, reads what has changed, and takes
// the time of a message sent there: the first task after the frame was painted.
(() => {
  const EVERYTHING = { childList: true, characterData: true, subtree: true };
  const changed = new Set();
  let watch, scheduled = false;

  const observer = new MutationObserver(records => {
    watch.updates += 1;
    watch.changed = performance.now();
    for (const record of records) {
      if (record.type === "characterData") changed.add(record.target);
      else record.addedNodes.forEach(node => changed.add(node));
    }
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => { scheduled = false; read(); });
  });
  observer.observe(document, EVERYTHING);

  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    observer.observe(root, EVERYTHING);
    return root;
  };

  new PerformanceObserver(list => {
    for (const task of list.getEntries()) {
      if (!watch.enter || task.startTime < watch.enter) continue;
      watch.longTasks += 1;
      watch.longMs += task.duration;
    }
  }).observe({ type: "longtask" });

  addEventListener("keydown", event => { if (event.key === "Enter") watch.enter ??= event.timeStamp; }, true);

  function read() {
    const of = watch;
    let newest = of.newest, heard = of.feedback !== null;
    for (const node of changed) {
      if (node.nodeType === Node.COMMENT_NODE || !isShown(node)) continue;
      const text = node.textContent;
      heard ||= text.includes(of.said);
      for (const match of text.matchAll(of.token)) newest = Math.max(newest, Number(match[1]));
    }
    changed.clear();
    if (newest === of.newest && heard === (of.feedback !== null)) return;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const now = performance.now();
      if (heard) of.feedback ??= now;
      if (newest > of.newest) { of.newest = newest; of.painted.push([newest, now]); }
    };
    port2.postMessage(null);
  }

  function isShown(node) {
    const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement ?? node.parentNode?.host;
    return Boolean(element?.isConnected && !element.closest("style, script") && element.getClientRects().length);
  }

  // `series`: what stands before the number of each token; `said`: the words by which the page shows the question.
  window.firstlightPaint = {
    begin(series, said) {
      changed.clear();
      watch = {
        said, token: new RegExp(`${series}(\\d{4})`, "g"), enter: null, feedback: null, newest: -1, painted: [],
        updates: 0, changed: performance.now(), longTasks: 0, longMs: 0,
      };
    },
    newest: () => watch.newest,
    feedback: () => watch.feedback,
    calmMs: () => performance.now() - watch.changed,
    result: () => ({ ...watch, token: null, origin: performance.timeOrigin }),
    clock: () => performance.timeOrigin + performance.now(),
  };
  window.firstlightPaint.begin("\0", "\0");
})();
