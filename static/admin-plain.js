// Shows beside a text for families what is hard to read in it, a moment after somebody stopped typing. The server looks;
// it looks again when the text is saved, so nothing is missed where this does not run.
const PAUSE = 700; // milliseconds

class Watched {
  #field;
  #part = document.createElement("div");
  #timer = 0;
  #asked = null;

  constructor(field) {
    this.#field = field;
    this.#part.id = `${field.id}_findings`;
    this.#part.className = "findings";
    this.#part.setAttribute("aria-live", "polite");
    (field.closest(".flex-container") ?? field).after(this.#part);
    const described = [field.getAttribute("aria-describedby"), this.#part.id].filter(Boolean);
    field.setAttribute("aria-describedby", described.join(" "));
    field.addEventListener("input", () => this.#later());
  }

  #later() {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.#timer = setTimeout(() => this.#look(), PAUSE);
  }

  async #look() {
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    try {
      const answer = await fetch(this.#field.dataset.plain, { method: "POST", body: this.#question(), signal });
      if (!answer.ok || answer.redirected) throw new Error(`the server answered ${answer.status}`);
      this.#show(await answer.json());
    } catch {
      if (!signal.aborted) this.#part.replaceChildren(paragraph("This cannot be checked now. It is when you save."));
    }
  }

  #question() {
    const { form, value, lang, dataset } = this.#field;
    const of = dataset.of ?? ["place", "venue", "event"].map((name) => form.elements[name]?.value).find(Boolean) ?? "";
    const question = new FormData();
    const asked = { text: value, language: lang, of, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value };
    for (const [name, said] of Object.entries(asked)) question.append(name, said);
    return question;
  }

  #show({ language, findings, more, note }) {
    const list = document.createElement("ul");
    const stops = this.#field.dataset.stops ?? "Stops the release";
    list.append(...findings.map((finding) => item(finding, language, stops)));
    const shown = findings.length > 0 ? [list] : [];
    if (note) shown.push(paragraph(note));
    if (more > 0) shown.push(paragraph(`There are ${more} more.`));
    this.#part.replaceChildren(...shown);
  }
}

function paragraph(text) {
  const part = document.createElement("p");
  part.textContent = text;
  return part;
}

function item({ words, instead, hard }, language, stops) {
  const line = document.createElement("li");
  const said = document.createElement("bdi");
  const kind = document.createElement("strong");
  said.lang = language;
  said.textContent = words;
  kind.textContent = hard ? stops : "Advice";
  line.append(kind, ": “", said, `” ${instead}`);
  return line;
}

for (const field of document.querySelectorAll("[data-plain]")) new Watched(field);

// What was read by somebody who speaks the language was read as it stood: a change takes the tick away.
for (const field of document.querySelectorAll("[data-unticks]")) {
  const box = document.getElementById(field.dataset.unticks);
  field.addEventListener("input", () => {
    box.checked = false;
    box.value = "again";
  });
}
