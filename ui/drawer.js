// Between the citations in the chat and the drawer: a click opens a source, and the keyboard's focus goes there and back.

const drawer = () => document.querySelector(".st-key-source")

// The drawer is a region of its own, with a name; where the quote is out of sight in it, it scrolls there.
const settle = (label, moved) => {
  const shown = drawer()
  if (!shown) return
  shown.setAttribute("role", "region")
  shown.setAttribute("aria-label", label)
  shown.tabIndex = -1
  if (moved) shown.querySelector("mark.quote")?.scrollIntoView({ block: "nearest" })
}

// The key / leads to the question from wherever nothing is being typed.
const toQuestion = (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable], [role=dialog]")
  const question = document.querySelector("[data-testid=stChatInputTextArea]")
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing || !question) return
  event.preventDefault()
  question.focus()
}

export default function ({ data, setTriggerValue }) {
  const page = document.documentElement
  document.onkeydown = toQuestion
  const before = page.openedSource ?? ""
  page.openedSource = data.opened
  page.openSource = (which) => setTriggerValue("open", which)
  window.dispatchEvent(new CustomEvent("tenkyo-source", { detail: data.opened }))
  if (data.opened === before) return
  requestAnimationFrame(() => {
    settle(data.label, true)
    if (data.opened && !before) drawer()?.focus({ preventScroll: true })
    if (!data.opened) window.dispatchEvent(new CustomEvent("tenkyo-closed", { detail: before }))
  })
}
