// Signing in again sends the kept words on without another press. Without this file the button does it.
document.querySelectorAll("form[data-resend]").forEach((form) => form.requestSubmit());
