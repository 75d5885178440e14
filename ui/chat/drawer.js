// Between the citations in the chat and the drawer: a click opens a source, and the keyboard's focus goes there and back.

// The page draws part after part: what is to be done with one waits for it, for some seconds, as long as `still` holds.
const FRAMES = 300
const whenThere = (selector, still, act, frames = FRAMES) => {
  const found = document.querySelector(`.st-key-source ${selector}`)
  if (!still()) return
  if (found) requestAnimationFrame(() => act(found))
  else if (frames) requestAnimationFrame(() => whenThere(selector, still, act, frames - 1))
}

// The drawer is a region of its own, with a name; the keyboard comes to it when its keys work: they are its buttons'.
const enter = (button, label, moves) => {
  const drawer = button.closest(".st-key-source")
  if (!drawer) return
  drawer.setAttribute("role", "region")
  drawer.setAttribute("aria-label", label)
  drawer.tabIndex = -1
  if (moves) drawer.focus({ preventScroll: true })
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
    const still = () => page.openedSource === data.opened
    if (data.opened) {
      whenThere(".st-key-close_source button", still, (button) => enter(button, data.label, !before))
      whenThere("mark.quote", still, (quote) => quote.scrollIntoView({ block: "nearest" }))
    } else window.dispatchEvent(new CustomEvent("tenkyo-closed", { detail: before }))
  })
}
