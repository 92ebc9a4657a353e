// One photo on its way: made small, sent to the page, and what the page answered. It is kept here until it is there.

import { shrunk } from "./shrink.js";

/** A photo in the list of uploads. `changed` is called whenever its state has; `words` is the form's dataset. */
export class Upload {
  constructor(file, template, words, changed) {
    this.file = file;
    this.words = words;
    this.changed = changed;
    this.state = "waiting"; // preparing, sending, added, failed, cancelled
    this.element = template.content.firstElementChild.cloneNode(true);
    this.bar = this.element.querySelector("progress");
    this.retry = this.element.querySelector("[data-retry]");
    this.element.querySelector("[data-name]").textContent = file.name;
    this.retry.addEventListener("click", () => this.move("waiting"));
    this.element.querySelector("[data-cancel]").addEventListener("click", () => this.cancel());
    this.say(words.textWaiting);
  }

  get isOpen() {
    return ["waiting", "preparing", "sending"].includes(this.state);
  }

  /** Send it; the answer's form where the photo was taken, else null. */
  async run(form) {
    this.move("preparing", this.words.textPreparing);
    this.small ??= await shrunk(this.file, Number(this.words.longestSide));
    if (this.state === "cancelled") return null;
    if (this.small.size > Number(this.words.mostBytes)) return this.fail(this.words.textLarge.replace("%s", this.file.name), false);
    this.picture();
    this.move("sending", this.words.textSending);
    const answer = await this.post(form);
    if (this.state === "cancelled") return null;
    return this.judge(answer);
  }

  /** The answer as a document with the status that it came with; null where none came. */
  post(form) {
    return new Promise((resolve) => {
      const request = (this.request = new XMLHttpRequest());
      const data = new FormData(form);
      data.delete("photos");
      data.append("photos", this.small, this.file.name);
      data.append("add", "1");
      request.upload.addEventListener("progress", ({ loaded, total }) => (this.bar.value = total ? (100 * loaded) / total : 0));
      request.addEventListener("load", () => {
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        resolve({ status: request.status, page });
      });
      for (const end of ["error", "abort", "timeout"]) request.addEventListener(end, () => resolve(null));
      request.open("POST", form.action || location.href);
      request.send(data);
    });
  }

  judge(answer) {
    const fresh = answer?.page.querySelector("[data-media]");
    if (!fresh) return this.fail(this.words.textFailed);
    const problems = [...fresh.querySelectorAll(".error-summary li")].map((each) => each.textContent.trim());
    if (problems.length) return this.fail(problems.join(" "), false, fresh);
    if (answer.status !== 200) return this.fail(refusal(answer.page) || this.words.textFailed, true, fresh);
    this.bar.value = 100;
    this.move("added");
    return fresh;
  }

  fail(words, again = true, fresh = null) {
    this.retry.hidden = !again;
    this.move("failed", words);
    return fresh;
  }

  cancel() {
    this.request?.abort();
    this.move("cancelled");
  }

  move(state, words = this.words.textWaiting) {
    this.state = state;
    this.element.classList.toggle("upload--failed", state === "failed");
    if (state !== "failed") this.retry.hidden = true;
    if (state === "waiting") this.bar.value = 0;
    this.say(words);
    this.changed(this);
  }

  say(words) {
    this.element.querySelector("[data-state]").textContent = words;
  }

  /** A small view, into room that was there before; none where this browser cannot read the file. */
  picture() {
    const image = this.element.querySelector("img");
    if (image.src) return;
    image.addEventListener("load", () => {
      image.hidden = false;
      URL.revokeObjectURL(image.src);
    });
    image.src = URL.createObjectURL(this.small);
  }
}

/** What a page that took nothing says above its form. */
function refusal(page) {
  return page.querySelector(".notice--warning[role='alert']")?.textContent.trim() ?? "";
}
