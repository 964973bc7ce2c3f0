// The viewer is swagger-ui-dist 5.35.0 from npm (Apache-2.0), unchanged: swagger-ui-bundle.js and swagger-ui.css.
// Shows the server's own description. Nothing is fetched from anywhere else: no validator badge, no outside fonts.
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: new URL("../openapi.json", document.baseURI).href,
    domNode: document.getElementById("docs"),
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    defaultModelExpandDepth: 2,
    displayRequestDuration: true,
    filter: true,
    tagsSorter: "alpha",
    validatorUrl: null,
    persistAuthorization: false,
  });
});
