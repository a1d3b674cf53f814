// Buttons that copy: hidden until this file says that they work.
async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? source.textContent;
  const title = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = button.dataset.copied;
  } catch {
    select(source);
    button.textContent = button.dataset.byHand;
  }
  setTimeout(() => { button.textContent = title; }, 2000);
}

function select(source) {
  if (source.select) {
    source.select();
    return;
  }
  getSelection().selectAllChildren(source);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
