// What went wrong with a passkey, said under the button that was pressed. allauth's own scripts do the rest.

const KNOWN = "InvalidStateError"; // the device has one for this account
const REFUSED = ["NotAllowedError", "AbortError"]; // cancelled, or nobody answered in time

const said = document.querySelector("[data-passkey-problem]");
const buttons = ["passkey_login", "mfa_webauthn_add", "mfa_webauthn_authenticate", "mfa_webauthn_reauthenticate"];

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const { name } = event.detail.exception;
  const { refused, known, failed } = said.dataset;
  said.textContent = name === KNOWN ? known : REFUSED.includes(name) ? refused : failed;
  said.className = "field__error";
  buttons.map((id) => document.getElementById(id)).find(Boolean)?.after(said);
});
