// A chart is a picture that the server drew. Whoever points at it with a mouse gets it drawn anew by Vega, with the number
// under the pointer and a way to its explanation. The 276 kB (packed) are fetched only then: never on a phone, never where
// the reader asked their browser to save data.
const frugal = navigator.connection?.saveData || !matchMedia("(hover: hover) and (min-width: 48rem)").matches;

const scripts = new Map();
function load(address) {
  if (!scripts.has(address)) {
    scripts.set(address, new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    }));
  }
  return scripts.get(address);
}

async function enliven(figure) {
  const answer = await fetch(figure.dataset.chart, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { specification, locale, alt } = await answer.json();
  // Each needs the one before it.
  for (const address of figure.dataset.scripts.split(" ")) await load(address);
  const host = document.createElement("div");
  host.hidden = true;
  const picture = figure.querySelector("picture");
  picture.after(host);
  await window.vegaEmbed(host, { ...specification, description: alt }, {
    actions: false, renderer: "svg", formatLocale: locale, loader: { target: "_self" },
  });
  host.hidden = false;
  picture.hidden = true;
}

function watch(root) {
  for (const figure of root.querySelectorAll("figure[data-chart]:not([data-watched])")) {
    figure.dataset.watched = "";
    // Should it fail, the picture stays as it is.
    figure.addEventListener("pointerenter", () => enliven(figure).catch(() => {}), { once: true });
  }
}

if (!frugal) {
  watch(document);
  document.addEventListener("htmx:load", (event) => watch(event.target));
}
