/** Read JSON of ours; null where it cannot be had, since every page says the same without it; undefined if aborted. */
export async function fetchJson(url, options = {}) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" }, ...options });
    return answer.ok ? await answer.json() : null;
  } catch (error) {
    return error.name === "AbortError" ? undefined : null;
  }
}
