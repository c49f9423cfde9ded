"use strict";
(function () {
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const byId = (id) => document.getElementById(id);
  const query = byId("query"), project = byId("project"), status = byId("status"), unfold = byId("unfold");
  const items = all("[data-item]"), questions = all(".question"), blocks = all("[data-block]"), asides = all("[data-aside]");
  const projects = all("[data-project]"), details = all("details"), buttons = all("[data-filter]");
  const texts = new Map(items.concat(details).map((node) => [node, node.textContent.toLowerCase()]));
  let filter = "all";

  const kinds = (node) => (node.dataset.kinds || "").split(" ");

  // What is shown is what the filter, the project and every word of the search agree on.
  function show() {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const narrowed = filter !== "all" || words.length > 0;
    for (const node of projects) node.hidden = Boolean(project && project.value) && node.id !== project.value;
    for (const node of items) {
      const wanted = filter === "all" || kinds(node).includes(filter);
      node.hidden = !(wanted && words.every((word) => texts.get(node).includes(word)));
    }
    for (const node of asides) node.hidden = narrowed;
    for (const node of blocks) {
      const own = all("[data-item]", node);
      node.hidden = narrowed && !own.some((item) => !item.hidden);
    }
    for (const node of details) reveal(node, words);
    const visible = (node) => !node.hidden && !node.closest("[data-project][hidden]");
    const shown = questions.filter(visible).length;
    const others = items.filter((item) => !item.classList.contains("question") && visible(item)).length;
    status.textContent = narrowed
      ? shown + " of " + questions.length + " questions" + (words.length && others ? " and " + others + " other entries" : "")
      : "";
  }

  // A fold whose content was searched for opens, and closes again when the search is over.
  function reveal(node, words) {
    const found = words.length > 0 && words.some((word) => word.length > 1 && texts.get(node).includes(word));
    if (found && !node.open) {
      node.open = true;
      node.dataset.found = "";
    } else if (!found && "found" in node.dataset) {
      node.open = false;
      delete node.dataset.found;
    }
  }

  function choose(kind) {
    filter = kind;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.filter === kind));
    show();
  }

  function fold(open) {
    for (const node of details) node.open = open;
    unfold.setAttribute("aria-pressed", String(open));
  }

  // A link to something that is filtered out shows everything first.
  function follow() {
    const target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest("[hidden]")) {
      query.value = "";
      if (project) project.value = "";
      choose("all");
      target.scrollIntoView();
    }
  }

  query.addEventListener("input", show);
  if (project) project.addEventListener("change", show);
  for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.filter));
  unfold.addEventListener("click", () => fold(unfold.getAttribute("aria-pressed") !== "true"));
  addEventListener("hashchange", follow);
  addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      query.focus();
    }
  });
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = details.filter((node) => !node.open);
    for (const node of opened) node.open = true;
  });
  addEventListener("afterprint", () => {
    for (const node of opened) node.open = false;
  });

  for (const node of [byId("controls"), unfold]) node.hidden = false;
  follow();
})();
