// The shell for when there is no connection: a page to keep a report on the device, and what that page is made of.
// It keeps nothing else, changes no answer of the server, and never sends anything by itself.

const SHELL = {{ shell|safe }};
const KEPT = `shell-${SHELL.version}`;

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, pathname));
  else if (SHELL.files.includes(pathname)) event.respondWith(file(request));
});

async function fill() {
  const kept = await caches.open(KEPT);
  await kept.addAll(SHELL.files);
  await kept.addAll(SHELL.pages.map(({ page }) => new Request(page, { cache: "reload" })));
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("shell-") && name !== KEPT).map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable(); // a page does not wait for this worker to wake up
  await self.clients.claim();
}

/** The page from the server; where that cannot be reached, the page for it in the language of the address. */
async function page(event, pathname) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch (error) {
    const fits = SHELL.pages.filter(({ under }) => pathname.startsWith(under)).sort((a, b) => b.under.length - a.under.length);
    const kept = fits.length && (await caches.match(fits[0].page, { cacheName: KEPT }));
    if (kept) return kept;
    throw error;
  }
}

async function file(request) {
  return (await caches.match(request, { cacheName: KEPT })) ?? fetch(request);
}
