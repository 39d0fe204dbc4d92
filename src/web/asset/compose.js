/*
 * What makes writing a post smoother; the page works whole without it: counts while one types, drafts that keep
 * themselves, a copy in this window while the house cannot be reached.
 */
(() => {
  "use strict";
  const count_wait_ms = 600; // a pause between two words
  const draft_wait_ms = 3000; // a pause between two thoughts: each keeps a revision
  const away_wait_ms = 15000;

  const compose = (form) => {
    const field = (name) => form.elements.namedItem(name);
    const saved = form.querySelector("[data-saved]");
    const say = (text) => {
      if (saved.textContent !== text) saved.textContent = text;
    };
    let leaving = false;

    /* Everything typed, without the file: that goes with its own button. */
    const typed = () => {
      const data = new FormData(form);
      data.delete("file");
      return data;
    };
    const send = (path, signal) =>
      fetch(path, { method: "POST", body: typed(), signal, headers: { accept: "application/json" } });

    /* ---- counts ---- */
    const show = (channel) => {
      const item = form.querySelector(`[data-channel="${channel.id}"]`);
      if (!item) return;
      const count = item.querySelector("[data-count]");
      if (count.textContent !== (channel.count ?? "")) count.textContent = channel.count ?? "";
      count.classList.toggle("over", channel.over);
      item.querySelector("[data-problems]").replaceChildren(
        ...channel.problems.map((problem) => {
          const line = document.createElement("li");
          line.className = problem.error ? "wrong" : "warned";
          line.textContent = problem.text;
          return line;
        })
      );
    };
    const clear_unticked = () =>
      form.querySelectorAll("[data-channel]").forEach((item) => {
        if (item.querySelector("input[type=checkbox]").checked) return;
        item.querySelector("[data-count]").textContent = "";
        item.querySelector("[data-problems]").replaceChildren();
      });
    let counting; // the question under way: an older answer must not follow a newer one
    const count = async () => {
      counting?.abort();
      counting = new AbortController();
      clear_unticked();
      const answer = await send(form.dataset.count, counting.signal);
      if (answer.ok) (await answer.json()).channels.forEach(show);
    };

    /* ---- a copy in this window ---- */
    const place = () => `compose:${new URL(form.action).pathname}`;
    const remember = () => {
      const pairs = [...typed()].filter(([name]) => !["csrf", "key", "revision"].includes(name));
      sessionStorage.setItem(place(), JSON.stringify(pairs));
    };
    const forget = () => sessionStorage.removeItem(place());
    const bring = form.querySelector("[data-bring]");
    const offer = () => {
      const pairs = JSON.parse(sessionStorage.getItem(place()) ?? "[]");
      const texts = pairs.filter(([name, value]) => field(name) && /^(text|title|link|own-|alt-)/.test(name) && value !== field(name).value);
      if (texts.length === 0) return;
      bring.hidden = false;
      bring.querySelector("[data-bring-back]").addEventListener("click", () => {
        texts.forEach(([name, value]) => (field(name).value = value));
        bring.hidden = true;
        changed();
        field("text").focus();
      });
      bring.querySelector("[data-bring-not]").addEventListener("click", () => {
        forget();
        bring.hidden = true;
      });
    };

    /* ---- drafts that keep themselves ---- */
    let keeping = false, again = false, refused = false;
    const kept = (answer) => {
      forget();
      if (!answer.id) return;
      field("revision").value = answer.revision;
      if (!form.action.endsWith(`/message/${answer.id}`)) {
        form.action = `/message/${answer.id}`;
        form.dataset.draft = `/message/${answer.id}/draft`;
        history.replaceState(null, "", form.action);
      }
      say(answer.text);
    };
    const keep = async () => {
      if (!form.dataset.draft || leaving || refused) return;
      if (keeping) {
        again = true;
        return;
      }
      keeping = true;
      try {
        const answer = await send(form.dataset.draft);
        const is_ours = (answer.headers.get("content-type") ?? "").startsWith("application/json");
        if (answer.ok) kept(await answer.json());
        else if (!is_ours) throw new Error(`answered ${answer.status}`);
        else {
          refused = answer.status === 409; // nothing is overwritten: a person decides
          remember();
          say((await answer.json()).text);
        }
      } catch {
        remember();
        say(form.dataset.away);
        setTimeout(keep, away_wait_ms);
      } finally {
        keeping = false;
        if (again) {
          again = false;
          setTimeout(keep, draft_wait_ms);
        }
      }
    };

    let count_timer, draft_timer;
    const changed = () => {
      clearTimeout(count_timer);
      clearTimeout(draft_timer);
      count_timer = setTimeout(() => count().catch(() => {}), count_wait_ms);
      draft_timer = setTimeout(keep, draft_wait_ms);
    };
    form.addEventListener("input", (event) => {
      const implies = event.target.dataset.implies;
      if (implies) document.getElementById(implies).checked = true;
      if (event.target.type !== "file") changed();
      label();
    });

    /* The button says what it will do. */
    const button = form.querySelector("[data-send]");
    const label = () => {
      const chosen = form.querySelector("input[name=when]:checked");
      if (chosen) button.textContent = chosen.dataset.label;
    };
    const file = field("file");
    if (file) {
      const add = form.querySelector("[data-picture]");
      add.hidden = true;
      file.addEventListener("change", () => file.files.length > 0 && form.requestSubmit(add));
    }
    form.addEventListener("submit", () => {
      leaving = true;
      clearTimeout(draft_timer);
      remember();
    });
    addEventListener("pageshow", () => (leaving = false));
    /* A page that came back from the house has all that was sent: the copy has done its work. */
    if (document.querySelector(".flash.good")) forget();
    else offer();
    label();
  };

  document.querySelectorAll("form[data-compose]").forEach(compose);
})();
