// Shows an answer as text with a button after each cited sentence. Everything goes in as textContent.

const element = (tag, className, text) => {
  const made = document.createElement(tag)
  made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

const button = (className, text, label, open) => {
  const made = element("button", className, text)
  made.type = "button"
  made.setAttribute("aria-label", label)
  made.title = label
  made.onclick = open
  return made
}

const sources = (data, open) => {
  const list = element("ul", "sources")
  list.setAttribute("aria-label", data.sources_label)
  for (const source of data.sources) {
    const chip = button("source", undefined, source.label, () => open(source.index))
    chip.append(element("span", "number", source.number), element("span", "name", source.name))
    if (source.where) chip.append(element("span", "where", source.where))
    const item = element("li", "")
    item.append(chip)
    list.append(item)
  }
  return list
}

// A mark shows the quoted words while the pointer is over it or the keyboard is at it.
const cited = (mark, open) => {
  const holder = element("span", "cited")
  const made = button("mark", mark.number, mark.label, () => open(mark.index))
  made.removeAttribute("title")
  const preview = element("span", "preview")
  preview.setAttribute("role", "tooltip")
  preview.append(element("span", "quote", mark.quote), element("span", "origin", mark.label))
  holder.append(made, preview)
  return holder
}

// A sentence that the sources do not support says why, to the pointer, the keyboard and a screen reader alike.
const warning = (problem) => {
  const holder = element("span", "cited")
  const made = element("span", "mark warning", "!")
  made.tabIndex = 0
  made.setAttribute("role", "img")
  made.setAttribute("aria-label", problem)
  holder.append(made, element("span", "preview", problem))
  return holder
}

const copy = (data) => {
  const made = button("copy", data.copy_label, data.copy_label, async () => {
    const text = data.sentences.map((sentence) => sentence.text).join("").trim()
    await navigator.clipboard.writeText(text)
    made.textContent = data.copied_label
  })
  return made
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".answer")
  const shown = JSON.stringify(data)
  if (root.shown === shown) return // a rerun with nothing new must not take away focus or selection
  root.shown = shown
  const open = (index) => setTriggerValue("open", index)
  const text = element("div", "text")
  text.setAttribute("aria-live", "polite")
  text.setAttribute("aria-busy", data.writing)
  for (const sentence of data.sentences) {
    text.append(element("span", sentence.problem ? "sentence doubtful" : "sentence", sentence.text.trimEnd()))
    if (sentence.problem) text.append(warning(sentence.problem))
    for (const mark of sentence.marks) {
      text.append(cited(mark, open))
    }
    text.append(sentence.text.slice(sentence.text.trimEnd().length))
  }
  root.replaceChildren(text)
  if (data.sources.length) root.append(sources(data, open))
  if (data.sentences.length && !data.writing && navigator.clipboard) root.append(copy(data))
}
