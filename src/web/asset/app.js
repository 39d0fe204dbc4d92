/*
 * What makes reading and importing smoother; every page works without it.
 * Loaded in the head, so that "js" is on the root before anything is painted.
 */
(() => {
  "use strict";
  document.documentElement.classList.add("js");

  /* A file may be dropped on the form, and its check begins at once. */
  const dropZone = (form) => {
    const input = form.querySelector("input[type=file]");
    const hint = form.querySelector(".drop-hint");
    if (hint) hint.hidden = false;
    const over = (on) => form.classList.toggle("over", on);
    form.addEventListener("dragover", (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      over(true);
    });
    form.addEventListener("dragleave", (event) => {
      if (!form.contains(event.relatedTarget)) over(false);
    });
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      if (event.dataTransfer.files.length !== 1) return;
      input.files = event.dataTransfer.files;
      form.requestSubmit();
    });
  };

  /*
   * A running computation is asked about, at growing intervals; when it is done the page is read again,
   * at the place where the reader is. An answer that cannot be read ends the asking: the page stays as
   * it is, with its own link to look again.
   */
  const progress = (section) => {
    const bar = section.querySelector("progress");
    const text = section.querySelector("[data-progress-text]");
    const wait_max_ms = 8000; // a computation takes about a minute
    let wait_ms = 1000;
    const ask = async () => {
      const answer = await fetch(section.dataset.progress, { headers: { accept: "application/json" } });
      if (!answer.ok) return;
      const state = await answer.json();
      if (!state.running) {
        location.reload();
        return;
      }
      bar.value = state.progress;
      if (state.text) text.textContent = state.text;
      wait_ms = Math.min(wait_ms * 1.3, wait_max_ms);
      setTimeout(next, wait_ms);
    };
    const next = () => (document.hidden ? setTimeout(next, wait_max_ms) : ask().catch(() => {}));
    setTimeout(next, wait_ms);
  };

  /*
   * A question put to an account: asked after until it is answered, then the page is read again. After some
   * minutes it rests; the page has its own link to look again.
   */
  const answer = (section) => {
    const looks_max = 60; // with growing waits, about eight minutes
    const wait_max_ms = 8000;
    let looks = 0;
    let wait_ms = 700;
    const next = () => setTimeout(() => (document.hidden ? next() : ask().catch(() => {})), wait_ms);
    const ask = async () => {
      const reply = await fetch(section.dataset.answer, { headers: { accept: "application/json" } });
      if (!reply.ok) return;
      if (!(await reply.json()).waiting) {
        location.reload();
        return;
      }
      wait_ms = Math.min(wait_ms * 1.3, wait_max_ms);
      if (++looks < looks_max) next();
    };
    next();
  };

  /* What was pressed twice is sent once. */
  const sendOnce = (form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
    addEventListener("pageshow", () => delete form.dataset.sent);
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-drop]").forEach(dropZone);
    document.querySelectorAll("[data-progress]").forEach(progress);
    document.querySelectorAll("[data-answer]").forEach(answer);
    document.querySelectorAll("form[method=post]").forEach(sendOnce);
    /* Pictures that cannot be drawn leave their tables open. */
    addEventListener("load", () => {
      document.querySelectorAll(".picture:not([data-drawn])").forEach((picture) => {
        picture.dataset.drawn = "no";
        picture.querySelector(".canvas").remove();
      });
    });
  });
})();
