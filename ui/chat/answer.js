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
  made.onclick = open
  return made
}

// A chip of a source: the drawer opens it, and tells every chip which source is open.
const opener = (className, text, source, turn) => {
  const which = `${turn}:${source.index}`
  const made = button(className, text, source.label, () => document.documentElement.openSource?.(which))
  made.dataset.source = which
  return made
}

const markOpened = (root) => {
  const opened = document.documentElement.openedSource
  for (const chip of root.querySelectorAll("[data-source]")) {
    if (chip.dataset.source === opened) chip.setAttribute("aria-current", "true")
    else chip.removeAttribute("aria-current")
  }
}

const sources = (data) => {
  const list = element("ul", "sources")
  list.setAttribute("aria-label", data.sources_label)
  for (const source of data.sources) {
    const chip = opener("source", undefined, source, data.turn)
    chip.title = source.label
    chip.append(element("span", "number", source.number), element("span", "name", source.name))
    if (source.where) chip.append(element("span", "where", source.where))
    const item = element("li", "")
    item.append(chip)
    list.append(item)
  }
  return list
}

// Where a preview may be: on the page's main part, beside the drawer.
const freeRoom = () => {
  const { left, right, top } = document.querySelector(".stMain").getBoundingClientRect()
  const drawer = document.querySelector(".st-key-source")?.getBoundingClientRect().left || right
  return { left: left + 8, right: Math.min(right, drawer) - 8, top: top + 8 }
}

// What opens over a mark while the pointer is over either or the keyboard is at the mark; Escape puts it away.
const withPreview = (mark, ...content) => {
  const holder = element("span", "cited")
  const preview = element("span", "preview")
  preview.setAttribute("role", "tooltip")
  preview.append(...content)
  const place = () => {
    holder.classList.remove("away", "below")
    preview.style.setProperty("--shift", "0px")
    const { left, right, top } = preview.getBoundingClientRect()
    const room = freeRoom()
    const shift = left < room.left ? room.left - left : Math.min(0, room.right - right)
    preview.style.setProperty("--shift", `${shift}px`)
    holder.classList.toggle("below", top < room.top)
  }
  holder.onpointerenter = mark.onfocus = place
  // The source opens, and what it covers moves the mark from under its preview.
  mark.addEventListener("click", () => holder.classList.add("away"))
  holder.onkeydown = (event) => {
    if (event.key === "Escape") holder.classList.add("away")
  }
  holder.append(mark, preview)
  return holder
}

const cited = (mark, turn) => {
  const quote = element("span", "quote", mark.quote)
  if (mark.lang) quote.lang = mark.lang
  const origin = element("span", "origin")
  origin.append(element("span", "name", mark.name), element("span", "where", mark.where))
  return withPreview(opener("mark", mark.number, mark, turn), quote, origin)
}

// A sentence that the sources do not support says why, to the pointer, the keyboard and a screen reader alike.
const warning = (problem) => {
  const made = element("span", "mark warning", "!")
  made.tabIndex = 0
  made.setAttribute("role", "img")
  made.setAttribute("aria-label", problem)
  return withPreview(made, problem)
}

// The Markdown that models write within a line: **strong** and `code`. Nothing else becomes anything.
const inline = (text) => {
  const pieces = text.split(/(\*\*[^*\n]+\*\*|`[^`\n]+`)/)
  return pieces.map((piece, n) => {
    if (n % 2 === 0) return piece
    return piece.startsWith("`") ? element("code", "", piece.slice(1, -1)) : element("strong", "", piece.slice(2, -2))
  })
}

// The words that answer the question stand out from their sentence.
const spanned = (sentence, written) => {
  const [before, answer, after] = sentence.around
  if (sentence.around.length) return [before, element("strong", "span", answer), after.trimEnd()]
  const text = sentence.text.trimEnd()
  return written ? inline(text) : [text]
}

// A row of a table, `cell | column: value | column: value`, as its cells with where their values begin.
const record = (text) => {
  let at = 0
  const cells = text.trimEnd().split(" | ").map((cell) => {
    const name = /^[^:]{1,60}: /.exec(cell)?.[0] ?? ""
    const found = { name: name.slice(0, -2), value: cell.slice(name.length), at: at + name.length }
    at += cell.length + 3
    return found
  })
  const named = cells.filter((cell) => cell.name).length
  return cells.length > 1 && named && (named > 1 || !cells[0].name) ? cells : undefined
}

// As a list of its columns, under what has no column's name; the words that answer stand out here, too.
const recordOf = (cells, around) => {
  const made = element("div", "record")
  const list = element("dl", "")
  const [begin, end] = around.length ? [around[0].length, around[0].length + around[1].length] : [-1, -1]
  for (const { name, value, at } of cells) {
    const inside = at <= begin && end <= at + value.length
    const shown = inside
      ? [value.slice(0, begin - at), element("strong", "span", value.slice(begin - at, end - at)), value.slice(end - at)]
      : [value]
    const holder = name ? element("dd", "") : element("p", "")
    holder.append(...shown)
    if (name) list.append(element("dt", "", name), holder)
    else made.append(holder)
  }
  made.append(list)
  return made
}

const sentenceOf = (sentence, data) => {
  const cells = data.written ? undefined : record(sentence.text)
  const holder = element(cells ? "div" : "span", sentence.problem ? "sentence doubtful" : "sentence")
  if (sentence.lang) holder.lang = sentence.lang
  holder.append(...(cells ? [recordOf(cells, sentence.around)] : spanned(sentence, data.written)))
  return holder
}

const LINE = /^(?:(\s*)(?:([-*•])|(\d{1,3}[.)]))\s+|(#{1,6})\s+)/

// A line's beginning says what it is: an item of a list (its marker hangs out), a heading, or text.
const shaped = (line, text) => {
  const found = LINE.exec(text)
  if (!found) return text
  const [all, indent, bullet, number, heading] = found
  line.classList.add(heading ? "heading" : "item")
  if (!heading) {
    line.style.setProperty("--indent", Math.min(indent.length >> 1, 4))
    line.append(element("span", "bullet", bullet ? "•" : number))
  }
  return text.slice(all.length)
}

const paragraphs = (data) => {
  const text = element("div", "text")
  let line = element("div", "line")
  text.append(line)
  const next = () => {
    line = element("div", "line")
    text.append(line)
  }
  for (const sentence of data.sentences) {
    const lines = sentence.text.split("\n")
    const last = lines.findLastIndex((one) => one.trim())
    lines.forEach((one, n) => {
      if (n) next()
      if (!one.trim()) return
      if (sentence.heading) line.classList.add("heading")
      const part = data.written && !line.childNodes.length ? shaped(line, one) : one
      const whole = lines.filter((other) => other.trim()).length === 1
      line.append(sentenceOf({ ...sentence, text: part, around: whole && part === one ? sentence.around : [] }, data))
      if (n === last) {
        if (sentence.problem) line.append(warning(sentence.problem))
        for (const mark of sentence.marks) line.append(cited(mark, data.turn))
      }
      line.append(one.slice(one.trimEnd().length))
    })
  }
  return text
}

// What is copied keeps its citations: [1] after the sentence, and below where that stands.
const asText = (data) => {
  const marked = (sentence) => {
    const text = sentence.text.trimEnd()
    const marks = sentence.marks.map((mark) => ` [${mark.number}]`).join("")
    return text + (text ? marks : "") + sentence.text.slice(text.length)
  }
  const listed = data.sources.map((source) => `[${source.number}] ${[source.name, source.where].filter(Boolean).join(", ")}`)
  return [data.sentences.map(marked).join("").trim(), ...(listed.length ? ["", ...listed] : [])].join("\n")
}

const copy = (data) => {
  const made = button("copy", data.copy_label, data.copy_label, async () => {
    await navigator.clipboard.writeText(asText(data))
    made.textContent = data.copied_label
    setTimeout(() => (made.textContent = data.copy_label), 2000)
  })
  return made
}

// While it is written, text is only appended: a selection stays, and nothing blinks.
const grow = (root, data) => {
  const line = root.querySelector(".writing")
  const text = data.sentences[0].text
  if (!line || !text.startsWith(line.textContent)) return false
  line.append(text.slice(line.textContent.length))
  return true
}

const drawWriting = (root, data) => {
  if (grow(root, data)) return
  const text = element("div", "text writing", data.sentences[0].text)
  text.setAttribute("aria-busy", "true")
  root.replaceChildren(text)
}

const drawAnswer = (root, data) => {
  const text = paragraphs(data)
  text.setAttribute("aria-live", "polite")
  root.replaceChildren(text)
  const foot = element("div", "foot")
  if (data.sources.length) foot.append(sources(data))
  if (data.sentences.length && navigator.clipboard) foot.append(copy(data))
  root.append(foot)
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".answer")
  const shown = JSON.stringify(data)
  if (root.shown !== shown) {
    root.shown = shown // a rerun with nothing new must not take away focus or selection
    if (data.writing) drawWriting(root, data)
    else drawAnswer(root, data)
  }
  const marking = () => markOpened(root)
  // When the drawer closes, the keyboard's focus comes back to where it was opened; the drawer may still be there then.
  const back = ({ detail }) => {
    const at = document.activeElement
    const lost = !at || at === document.body || at.closest(".st-key-source")
    if (lost) root.querySelector(`[data-source="${detail}"]`)?.focus()
  }
  marking()
  window.addEventListener("tenkyo-source", marking)
  window.addEventListener("tenkyo-closed", back)
  return () => {
    window.removeEventListener("tenkyo-source", marking)
    window.removeEventListener("tenkyo-closed", back)
  }
}
