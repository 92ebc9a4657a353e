// How markers are drawn: five shapes for the five tones of a status, its own sign inside, as options for L.divIcon.

const SHAPES = {
  circle: { path: "M16 2a14 14 0 1 0 .01 0Z", sign: 9 },
  square: { path: "M4 4h24v24H4Z", sign: 9 },
  diamond: { path: "M16-1 33 16 16 33-1 16Z", sign: 9 },
  hexagon: { path: "M9 2h14l8 14-8 14H9L1 16Z", sign: 9 },
  triangle: { path: "M16 0 33 30H-1Z", sign: 12 },
};

const SHAPE_OF = {
  received: "circle",
  duplicate: "circle",
  cancelled: "circle",
  silent: "circle",
  sent: "square",
  accepted: "square",
  in_progress: "diamond",
  closed: "hexagon",
  not_responsible: "triangle",
  rejected: "triangle",
  undelivered: "triangle",
};

const PIN = "M16 31s11-10.5 11-18.5a11 11 0 0 0-22 0C5 20.5 16 31 16 31Z";
const FINGER = { iconSize: [44, 44], iconAnchor: [22, 22] };

/** `sprite` is the address of icons.svg; without it the shape alone is drawn. */
export function statusIcon(status, sprite) {
  const { path, sign } = SHAPES[SHAPE_OF[status] ?? "circle"];
  const use = sprite ? `<use href="${sprite}#${status}" class="marker__sign" x="9" y="${sign}" width="14" height="14"/>` : "";
  return { html: drawing(`<path d="${path}"/>${use}`), className: `marker marker--${status}`, ...FINGER };
}

export function pinIcon() {
  const html = drawing(`<path d="${PIN}"/><circle cx="16" cy="12.5" r="4" class="marker__sign"/>`);
  return { html, className: "marker pin", iconSize: [44, 44], iconAnchor: [22, 43] };
}

/** Several reports too near to each other to be touched one by one; in another colour where none of them is open. */
export function groupIcon(count, open) {
  const short = new Intl.NumberFormat(document.documentElement.lang, count < 10_000 ? {} : { notation: "compact" }).format(count);
  return { html: `<span>${short}</span>`, className: `marker marker--group${open ? "" : " marker--ended"}`, ...FINGER };
}

function drawing(inside) {
  return `<svg viewBox="0 0 32 32" aria-hidden="true">${inside}</svg>`;
}
