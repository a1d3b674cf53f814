// The demo by keyboard, clicker, swipe and pointer: it follows the links that the page has anyway.
import { readPixels } from "./pixels.js";

const KEYS = { ArrowRight: "next", " ": "next", PageDown: "next", ArrowLeft: "prev", PageUp: "prev" };
const SWIPE_PX = 60;
const EDITABLE = "input, textarea, select, button, summary, [contenteditable]";

function go(direction) {
  document.querySelector(`.demo-nav a[rel="${direction}"]`)?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest(EDITABLE)) return;
  if (event.key === "n" || event.key === "N") {
    const notes = document.getElementById("notes");
    notes.open = !notes.open;
    sessionStorage.setItem("notes", notes.open ? "open" : "");
  } else if (event.key in KEYS) {
    event.preventDefault();
    go(event.shiftKey && event.key === " " ? "prev" : KEYS[event.key]);
  } else if (event.key === "Home" || event.key === "End") {
    const links = document.querySelectorAll(".demo-steps a[href]");
    const steps = [...links].filter((link) => link.closest("ol"));
    steps.at(event.key === "Home" ? 0 : -1)?.click();
  }
});

let start = null;
document.addEventListener("touchstart", (event) => {
  const touch = event.touches.length === 1 && !event.target.closest("[data-pixels], .demo-notes") && event.touches[0];
  start = touch ? { x: touch.clientX, y: touch.clientY } : null;
}, { passive: true });
document.addEventListener("touchend", (event) => {
  if (!start) return;
  const { clientX, clientY } = event.changedTouches[0];
  const across = clientX - start.x;
  if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(clientY - start.y)) go(across < 0 ? "next" : "prev");
}, { passive: true });

if (sessionStorage.getItem("notes")) document.getElementById("notes").open = true;
readPixels();
