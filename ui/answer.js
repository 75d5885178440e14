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
    text.append(element("span", "sentence", sentence.text.trimEnd()))
    for (const mark of sentence.marks) {
      text.append(button("mark", mark.number, mark.label, () => open(mark.index)))
    }
    text.append(sentence.text.slice(sentence.text.trimEnd().length))
  }
  root.replaceChildren(text)
  if (data.sources.length) root.append(sources(data, open))
}
