// The reference: Swagger UI on the contract, with the token and the examples that the simulator fills in.

const $ = (id) => document.getElementById(id);

const load = (element) => new Promise((resolve, reject) => {
  element.onload = resolve;
  element.onerror = () => reject(new Error(`cannot load ${element.src || element.href}`));
  document.head.append(element);
});

async function show() {
  const { spec, token, remedy } = await (await fetch("/_page/reference.json")).json();
  $("token").textContent = token;
  $("token-text").hidden = token === null;
  $("remedy").textContent = remedy;
  $("missing").hidden = remedy === null;
  if (remedy !== null) return;
  if (!window.SwaggerUIBundle) {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/_page/swagger-ui.css" });
    const script = Object.assign(document.createElement("script"), { src: "/_page/swagger-ui-bundle.js" });
    await Promise.all([load(style), load(script)]);
  }
  const place = document.createElement("div");
  $("swagger").replaceChildren(place);
  const ui = SwaggerUIBundle({
    spec,
    domNode: place,
    validatorUrl: null,
    displayOperationId: true, // faults are armed by it
    defaultModelsExpandDepth: -1,
    onComplete: () => token === null || ui.preauthorizeApiKey("AuthToken", token),
  });
}

// Or else a library within Swagger UI takes over all links within the page, and scrolls past the margins that are set.
window.noZensmooth = true;
$("address").textContent = `${location.origin}/v2`;
document.addEventListener("started", show); // the board says so, at first and whenever the world is another
