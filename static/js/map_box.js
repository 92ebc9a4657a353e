// Brings Leaflet, the heavy part of a map, after the page: by itself, or on a tap where the device asks to save data.

/** Load Leaflet for the map's box; true once it is there, false where it could not be had, which the box then says. */
export async function leafletHere(frame) {
  const waiting = frame.querySelector("[data-map-waiting]");
  const { leafletCss, mapCss, leafletJs, leafletExtras, textBroken } = frame.dataset;
  if (navigator.connection?.saveData || "savesData" in document.documentElement.dataset) await wanted(frame, waiting);
  try {
    await Promise.all([...[leafletCss, mapCss].map((href) => loaded("link", { rel: "stylesheet", href })), loaded("script", { src: leafletJs })]);
    await loaded("script", { src: leafletExtras });
    return true;
  } catch {
    waiting.textContent = textBroken;
    return false;
  }
}

function wanted(frame, waiting) {
  const show = frame.querySelector("[data-map-show]");
  const ask = frame.querySelector("[data-map-ask]");
  const shown = (asking) => {
    show.hidden = ask.hidden = !asking;
    waiting.hidden = asking;
  };
  shown(true);
  return new Promise((resolve) => show.addEventListener("click", resolve, { once: true })).then(() => shown(false));
}

function loaded(tag, attributes) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(tag), attributes, { onload: resolve, onerror: reject });
    document.head.append(element);
  });
}
