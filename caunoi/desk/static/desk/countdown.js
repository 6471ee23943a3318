// Counts on what the server wrote: <strong data-until="moment" data-text="còn {h} giờ {m} phút" data-over="…">.
function show() {
  for (const at of document.querySelectorAll("[data-until]")) {
    const minutes = Math.floor((new Date(at.dataset.until) - Date.now()) / 60000);
    at.textContent = minutes < 0
      ? at.dataset.over
      : at.dataset.text.replace("{h}", Math.floor(minutes / 60)).replace("{m}", minutes % 60);
  }
}

show();
setInterval(show, 20000);
