// The interactive reference: Swagger UI on the service's own OpenAPI document.

const place = document.getElementById("reference");

// The page's theme, which Swagger UI knows by a class of its own.
const dark = matchMedia("(prefers-color-scheme: dark)");
function follow() {
  const theme = document.documentElement.dataset.bsTheme || (dark.matches ? "dark" : "light");
  document.documentElement.classList.toggle("dark-mode", theme === "dark");
}
follow();
dark.addEventListener("change", follow);
new MutationObserver(follow).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.url,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
  // Answers are short and are read as text; colouring them would style elements one by one.
  syntaxHighlight: false,
  // The document names the public address: a reader who came by another one calls that.
  requestInterceptor(request) {
    request.url = request.url.replace(/^https?:\/\/[^/]+/, location.origin);
    return request;
  },
});
