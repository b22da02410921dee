// The page of /api/docs: Swagger UI on our own document, and a way to be somebody where that is allowed.
const dark = matchMedia("(prefers-color-scheme: dark)");
function dress() {
  const chosen = document.documentElement.dataset.theme;
  document.documentElement.classList.toggle("dark-mode", chosen ? chosen === "dark" : dark.matches);
}
dress();
dark.addEventListener("change", dress);

const ui = SwaggerUIBundle({
  url: "/api/openapi.json",
  domNode: document.getElementById("api"),
  deepLinking: true,
  displayOperationId: false,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  filter: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  // Both would ask servers that are not ours.
  validatorUrl: null,
  queryConfigEnabled: false,
});

const form = document.getElementById("sign-in");
const said = document.getElementById("signed-in");

async function asked(path, options) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(10_000), ...options });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error?.message ?? `${path} answered ${answer.status}.`);
  return body;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const uid = form.elements.uid.value;
  try {
    const body = JSON.stringify({ uid, name: uid, email: `${uid}@school.example`, admin: form.elements.admin.checked });
    const { idToken } = await asked("/api/dev/sign-in", { method: "POST", headers: { "content-type": "application/json" }, body });
    ui.preauthorizeApiKey("idToken", idToken);
    said.textContent = `You are ${uid} for an hour. Every call below bears the token.`;
  } catch (error) {
    said.textContent = error.message;
  }
});

asked("/api/config")
  .then(({ features }) => (form.hidden = !features.devSignIn))
  // Then there is a document to read, but nobody to be.
  .catch(() => {});
