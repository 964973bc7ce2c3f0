// The viewer is swagger-ui-dist 5.35.0 from npm (Apache-2.0), unchanged: swagger-ui-bundle.js and swagger-ui.css.
// Shows the server's own description. Nothing is fetched from anywhere else: no validator badge, no outside fonts.
"use strict";

const element = (name, attributes, ...children) => {
  const node = Object.assign(document.createElement(name), attributes);
  node.append(...children);
  return node;
};

// A heading in the introduction is a page of it. Its id is made from its words.
const idOf = (heading) => heading.trim().toLowerCase().replace(/[^a-z0-9]+/g, "-");

// groups returns the groups of tags; the tags without a group come last.
const groups = (description) => {
  const known = description["x-tagGroups"] ?? [];
  const grouped = new Set(known.flatMap((group) => group.tags));
  const others = (description.tags ?? []).map((tag) => tag.name).filter((name) => !grouped.has(name));
  return others.length > 0 ? [...known, { name: "Other", tags: others }] : known;
};

// Shows the tags of each group under a heading. The viewer itself knows no groups.
const grouping = (description) => () => ({
  wrapComponents: {
    operations: (Operations, system) => (props) => {
      const h = system.React.createElement;
      const tags = props.specSelectors.taggedOperations();
      const sections = groups(description).map((group) => {
        const own = tags.filter((_, tag) => group.tags.includes(tag));
        return own.size > 0 && h("section", { key: group.name },
          h("h2", { className: "group" }, group.name),
          h(Operations, { ...props, specSelectors: { ...props.specSelectors, taggedOperations: () => own } }));
      });
      return h("div", null, sections);
    },
  },
});

// contents builds the table of contents: the pages of the introduction, and the groups with their tags.
const contents = (description, ui) => {
  const list = document.getElementById("contents");
  const entry = (text, id, open) => {
    const link = element("a", { href: "#" + id, textContent: text });
    link.addEventListener("click", (event) => {
      event.preventDefault();
      open?.();
      history.replaceState(null, "", "#" + id);
      document.getElementById("menu").checked = false;
      requestAnimationFrame(() => document.getElementById(id.startsWith("/") ? "operations-tag-" + id.slice(1) : id)?.scrollIntoView());
    });
    return element("li", {}, link);
  };
  const part = (name, entries) => list.append(element("h2", { textContent: name }), element("ul", {}, ...entries));

  const headings = [...document.querySelectorAll(".swagger-ui .info .description h2")];
  headings.forEach((heading) => { heading.id = idOf(heading.textContent); });
  part("Introduction", headings.map((heading) => entry(heading.textContent, heading.id)));
  for (const group of groups(description)) {
    part(group.name, group.tags.map((tag) => entry(tag, "/" + tag, () => ui.layoutActions.show(["operations-tag", tag], true))));
  }
  document.getElementById(location.hash.slice(1))?.scrollIntoView(); // a page of the introduction; the viewer finds its own parts
};

window.addEventListener("load", async () => {
  const description = await (await fetch("../openapi.json")).json();
  const ui = SwaggerUIBundle({
    spec: description,
    domNode: document.getElementById("docs"),
    plugins: [grouping(description)],
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    defaultModelExpandDepth: 2,
    displayRequestDuration: true,
    filter: true,
    validatorUrl: null,
    persistAuthorization: false,
    onComplete: () => requestAnimationFrame(() => contents(description, ui)),
  });
});
