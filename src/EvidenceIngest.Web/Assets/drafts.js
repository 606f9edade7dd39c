// Keeps what was typed into forms until it was sent, in this tab alone: a page that had to be loaded anew offers it again.
// A form takes part by what Parts/Draft.razor puts into it; forms with passwords and codes have none.
"use strict";

(() => {
  const prefix = "evidence-draft ";
  const kinds = new Set(["text", "textarea", "select-one", "number", "date", "datetime-local", "url", "tel"]);
  const secret = /^off$|password|one-time-code|username/;
  const pauseAfterTyping = 250;
  const patience = 10_000;

  // The mark inside a form → what is known of that form since it appeared.
  const forms = new Map();
  let account = null;

  const here = () => location.pathname + location.search;
  const keyOf = (name) => prefix + JSON.stringify([account, location.pathname, name]);
  const kept = () => Object.keys(sessionStorage).filter((key) => key.startsWith(prefix)).map((key) => {
    const [of, path, name] = JSON.parse(key.slice(prefix.length));
    return { key, of, path, name };
  });
  const read = (key) => JSON.parse(sessionStorage.getItem(key) ?? "null");

  const nameOf = (field) => field.name || field.id;
  const fieldsOf = (mark) => [...(mark.closest("form")?.elements ?? [])].filter((field) =>
    kinds.has(field.type) && nameOf(field) && !field.readOnly && !secret.test(field.autocomplete) && !field.hasAttribute("data-draft-back"));

  const timeOf = (at) => {
    const zone = document.querySelector("[data-zone]")?.dataset.zone;
    const as = { dateStyle: "short", timeStyle: "short" };
    // A zone by a name that this browser doesn't know is shown as the machine's own.
    try { return new Intl.DateTimeFormat("sv-SE", { ...as, timeZone: zone }).format(at); } catch { return new Intl.DateTimeFormat("sv-SE", as).format(at); }
  };

  const show = (line, draft) => {
    line.querySelector("time").textContent = timeOf(draft.at);
    line.hidden = false;
  };

  const save = (mark) => {
    const form = forms.get(mark);
    clearTimeout(form?.timer);
    // What is still offered isn't overwritten before somebody has decided about it.
    if (!form || form.offered) return;
    const typed = {};
    for (const field of fieldsOf(mark)) {
      const base = form.bases.get(nameOf(field));
      if (base !== undefined && base !== field.value) typed[nameOf(field)] = { value: field.value, base };
    }
    const state = mark.dataset.state ?? "";
    if (Object.keys(typed).length === 0 && state === "") { sessionStorage.removeItem(form.key); return; }
    try {
      sessionStorage.setItem(form.key, JSON.stringify({ at: form.at ?? Date.now(), typed, state }));
    } catch {
      // The tab's store is full: better none than an older one that looks like the newest.
      sessionStorage.removeItem(form.key);
    }
  };

  const saveSoon = (mark) => {
    const form = forms.get(mark);
    form.at = Date.now();
    clearTimeout(form.timer);
    form.timer = setTimeout(save, pauseAfterTyping, mark);
  };

  const appeared = (mark) => {
    const form = { key: keyOf(mark.dataset.draft), name: mark.dataset.draft, address: here(), bases: new Map(), state: mark.dataset.state ?? "", offered: null, sent: false };
    forms.set(mark, form);
    const draft = read(form.key);
    if (!draft) return;
    form.offered = draft;
    mark.querySelector("[data-newer]").hidden = !isOlder(mark, draft);
    show(mark, draft);
  };

  // A form that closed while its page stayed was sent or given up. One that went with its page was not, unless it was sent and nothing
  // was refused; one that went because the page failed may not have been.
  const closed = (mark, form) => {
    const wasSent = form.sent && !mark.closest("form")?.querySelector("[role=alert]");
    const isOver = !document.querySelector("[data-page-failed]") && (wasSent || (form.address === here() && !form.offered));
    if (!isOver && mark.closest("form")) save(mark);
    clearTimeout(form.timer);
    forms.delete(mark);
    if (isOver) sessionStorage.removeItem(form.key);
  };

  // Whether what it was typed over is no longer what stands there.
  const isOlder = (mark, draft) => fieldsOf(mark).some((field) => draft.typed[nameOf(field)] && draft.typed[nameOf(field)].base !== field.value);

  const restore = (mark) => {
    const form = forms.get(mark);
    const draft = form.offered;
    [form.offered, mark.hidden] = [null, true];
    let first = null;
    for (const field of fieldsOf(mark)) {
      const typed = draft.typed[nameOf(field)];
      if (!typed) continue;
      form.bases.set(nameOf(field), field.value);
      field.value = typed.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      first ??= field;
    }
    const back = mark.querySelector("[data-draft-back]");
    if (back && draft.state) {
      back.value = draft.state;
      back.dispatchEvent(new Event("change", { bubbles: true }));
    }
    form.at = draft.at;
    first?.focus();
  };

  const drop = (mark) => {
    const form = forms.get(mark);
    [form.offered, mark.hidden] = [null, true];
    sessionStorage.removeItem(form.key);
  };

  const opener = (name) => document.querySelector(`[data-opens="${CSS.escape(name)}"]`);

  // Drafts of forms that aren't open, where this page has the button that opens them.
  const waiting = () => {
    const open = new Set([...forms.values()].map((form) => form.name));
    return kept().filter((draft) => draft.of === account && draft.path === location.pathname && !open.has(draft.name) && opener(draft.name));
  };

  const offerHere = () => {
    const line = document.querySelector("[data-drafts-here]");
    if (!line) return;
    const drafts = waiting();
    if (drafts.length === 0) { line.hidden = true; return; }
    if (!line.hidden) return;
    show(line, { at: Math.max(...drafts.map((draft) => read(draft.key).at)) });
    if (document.activeElement === document.body || document.activeElement?.tagName === "H1") line.querySelector("button").focus();
  };

  const until = async (find) => {
    for (const end = Date.now() + patience; Date.now() < end;) {
      const found = find();
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return null;
  };

  const restoreHere = async () => {
    for (const { name } of waiting()) {
      // A page that still reads has its buttons, and doesn't take a click yet.
      (await until(() => opener(name)?.disabled === false && opener(name)))?.click();
      const mark = await until(() => [...forms.keys()].find((known) => forms.get(known).name === name && forms.get(known).offered));
      // Over what is newer than the draft nothing is written by this one word: the form asks for itself.
      if (mark && !isOlder(mark, forms.get(mark).offered)) restore(mark);
    }
  };

  const look = () => {
    const now = document.querySelector("[data-account]")?.dataset.account;
    if (!now) return;
    if (now !== account) {
      account = now;
      for (const draft of kept().filter((one) => one.of !== account)) sessionStorage.removeItem(draft.key);
    }
    for (const [mark, form] of [...forms]) {
      if (!mark.isConnected) closed(mark, form);
      else if ((mark.dataset.state ?? "") !== form.state) { form.state = mark.dataset.state ?? ""; saveSoon(mark); }
    }
    for (const mark of document.querySelectorAll("[data-draft]")) if (!forms.has(mark)) appeared(mark);
    offerHere();
  };

  const markOf = (field) => [...forms.keys()].find((mark) => mark.isConnected && mark.closest("form") === field.form);

  window.evidenceDrafts = {
    // A form that stays open after it was sent says so itself.
    sent(name) {
      for (const [mark, form] of forms) if (form.name === name) { drop(mark); form.bases.clear(); clearTimeout(form.timer); }
    },

    forgetAll() {
      for (const form of forms.values()) clearTimeout(form.timer);
      forms.clear();
      observer.disconnect();
      for (const draft of kept()) sessionStorage.removeItem(draft.key);
    },
  };

  document.addEventListener("focusin", (event) => {
    const mark = event.target.form && markOf(event.target);
    if (mark && fieldsOf(mark).includes(event.target) && !forms.get(mark).bases.has(nameOf(event.target))) forms.get(mark).bases.set(nameOf(event.target), event.target.value);
  });
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const mark = event.target.form && markOf(event.target);
      if (!mark || !fieldsOf(mark).includes(event.target)) return;
      // A field that never got the focus since its form was sent was emptied then.
      if (!forms.get(mark).bases.has(nameOf(event.target))) forms.get(mark).bases.set(nameOf(event.target), "");
      saveSoon(mark);
    });
  }
  document.addEventListener("submit", (event) => {
    for (const [mark, form] of forms) if (mark.closest("form") === event.target) { save(mark); form.sent = true; }
  });
  document.addEventListener("click", (event) => {
    const line = event.target.closest?.("[data-draft-restore], [data-draft-drop]")?.closest("[data-draft], [data-drafts-here]");
    if (!line) return;
    const isRestored = event.target.closest("[data-draft-restore]") !== null;
    if (line.hasAttribute("data-draft")) { (isRestored ? restore : drop)(line); return; }
    if (isRestored) { restoreHere(); return; }
    for (const draft of waiting()) sessionStorage.removeItem(draft.key);
    offerHere();
  });
  addEventListener("pagehide", () => { for (const mark of forms.keys()) save(mark); });

  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-state", "data-account"] });
  look();
})();
