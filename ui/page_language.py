"""Tells the browser's side of the page the person's language, where Streamlit itself only knows English."""

from __future__ import annotations

from streamlit.components.v2 import component

from ui.language import Words

_mount = component(
    "tenkyo_page_language",
    html="<span></span>",
    js="""
    export default ({ data }) => {
      const page = document.documentElement
      page.lang = data.language
      for (const [name, text] of Object.entries(data.texts)) {
        page.style.setProperty(`--text-${name}`, JSON.stringify(text))
      }
      // What the style sheet writes onto the uploader's button is unknown to screen readers.
      const name_buttons = () => {
        for (const button of document.querySelectorAll('[data-testid="stFileUploaderDropzone"] > span button')) {
          if (button.ariaLabel !== data.texts.browse) button.ariaLabel = data.texts.browse
        }
      }
      // Where the server does not answer, Streamlit speaks to developers, of a script that nobody has.
      const name_loss = () => {
        for (const title of document.querySelectorAll('[role="dialog"] > h2')) {
          const [text, code] = title.nextElementSibling?.children ?? []
          if (!/^(Is Streamlit still running|Streamlit server is not responding)/.test(text?.textContent)) continue
          title.textContent = data.texts.lost_title
          text.textContent = data.texts.lost
          if (code) code.hidden = true
        }
      }
      page.streamlitsWords?.disconnect()
      page.streamlitsWords = new MutationObserver(() => { name_buttons(); name_loss() })
      page.streamlitsWords.observe(document.body, { childList: true, subtree: true })
      name_buttons()
    }
    """,
)


def mark_language(words: Words, max_file_mb: int) -> None:
    """Sets `<html lang>` (screen readers and the shapes of characters go by it) and words that are Streamlit's own."""
    texts = {
        "browse": words("library.browse"),
        "limit": words("library.limit", size=max_file_mb),
        "lost_title": words("app.lost_title"),
        "lost": words("app.lost"),
    }
    _mount(key="page_language", data={"language": words.language, "texts": texts})
