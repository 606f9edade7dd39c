// What pages need of the browser itself. No script stands in a page: the content policy forbids it.
"use strict";

(() => {
  const year = 60 * 60 * 24 * 365;

  const switchLanguage = (to) => {
    document.cookie = `evidence-language=${to}; path=/; max-age=${year}; samesite=strict`;
    location.reload();
  };

  const ask = (address, body) => fetch(address, {
    method: "POST", headers: { "Content-Type": "application/json", "X-Requested-By": "evidence" }, body: body && JSON.stringify(body),
  });

  const valueOf = (id) => document.getElementById(id)?.value ?? "";

  window.evidence = {
    switchLanguage,

    async logOut() {
      window.evidenceDrafts.forgetAll();
      await ask("/session/end");
      location.href = "/login";
    },

    // Answers a ticket, never the session's token: scripts have no business with it.
    async logInAgain(userName) {
      const code = valueOf("again-code").trim();
      try {
        const answer = await ask("/session", { userName, password: valueOf("again-password"), code: code === "" ? null : code });
        const said = await answer.json();
        return answer.ok ? { ticket: said.ticket, refused: null } : { ticket: null, refused: said.detail ?? null };
      } catch {
        return { ticket: null, refused: null };
      }
    },

    openDialog(dialog, canClose) {
      if (!dialog.open) dialog.showModal();
      dialog.oncancel = (event) => { if (!canClose) event.preventDefault(); };
      const first = [...dialog.querySelectorAll("input:not([readonly]), select, textarea, button:not(.quiet)")].find((one) => one.checkVisibility());
      (dialog.querySelector("[autofocus]") ?? first)?.focus();
    },

    closeDialog(dialog) {
      if (dialog.open) dialog.close();
    },

    focus(selector) {
      document.querySelector(selector)?.focus();
    },

    download(address) {
      const link = document.createElement("a");
      link.href = address;
      link.download = "";
      document.body.append(link);
      link.click();
      link.remove();
    },

    async copyText(text) {
      try { await navigator.clipboard.writeText(text); return true; } catch { return false; }
    },
  };

  document.addEventListener("click", (event) => {
    const to = event.target.closest?.("[data-language]")?.dataset.language;
    if (to) switchLanguage(to);
  });

  // Blazor says how its connection does. When the server no longer knows the page it is loaded again, as soon as the server answers.
  const modal = document.getElementById("components-reconnect-modal");
  let waiting = false;
  const startAnew = async () => {
    if (waiting) return;
    waiting = true;
    for (;;) {
      try {
        const answer = await fetch("/health", { cache: "no-store" });
        if (answer.status < 500 || answer.status === 503) { location.reload(); return; }
      } catch { /* not yet */ }
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  };
  // A dock's screen whose clock stands still shows what was: the connection may look whole while the server hangs.
  const patience = 15_000;
  let shown = "", changedAt = Date.now(), frozen = false;
  setInterval(() => {
    const clock = document.querySelector(".dock-clock");
    if (!clock) return;
    if (clock.textContent !== shown) {
      [shown, changedAt] = [clock.textContent, Date.now()];
      if (frozen) { frozen = false; modal.close(); }
    } else if (!modal.open && Date.now() - changedAt > patience) {
      frozen = true;
      modal.showModal();
    }
  }, 1000);
  modal?.addEventListener("components-reconnect-state-changed", (event) => {
    switch (event.detail.state) {
      case "show": if (!modal.open) modal.showModal(); break;
      case "hide": modal.close(); break;
      case "failed": case "rejected": startAnew(); break;
      default: break;
    }
  });
})();
