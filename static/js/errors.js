// The server's two sentences, shown where the form is.
const place = document.getElementById("error-place");

export function clearError() {
  place.replaceChildren();
}

export function showError({ message, hint }) {
  const note = document.createElement("div");
  note.className = "error-note";
  note.id = "error";
  note.tabIndex = -1;
  note.setAttribute("role", "alert");
  const what = document.createElement("strong");
  what.textContent = message;
  const first = document.createElement("p");
  first.append(what);
  const second = document.createElement("p");
  second.textContent = hint;
  note.append(first, second);
  place.replaceChildren(note);
  note.focus();
}
