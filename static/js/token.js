// A form that was open for too long, or whose cookie is gone: a fresh token for every form of this page.
export async function renewToken(home) {
  try {
    const response = await fetch(home, { headers: { Accept: "text/html" }, cache: "no-store" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("[name=csrf_token]").value;
    for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = fresh;
  } catch { /* the next try says what is wrong */ }
}
