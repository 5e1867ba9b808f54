(() => {
  // What is closed comes as text, which the browser need not understand before the page can be used (without scripts it
  // is content like all else). It is set in when it is opened or printed, and piece by piece as soon as there is time.
  const set = (each) => { each.outerHTML = each.textContent; };
  const setIn = (whole) => { for (const each of whole.querySelectorAll("noscript")) set(each); };
  const later = window.requestIdleCallback ?? ((next) => setTimeout(() => next({ timeRemaining: () => 8 }), 20));
  const more = (time) => {
    let each = document.querySelector("noscript");
    while (each && time.timeRemaining() > 3) { set(each); each = document.querySelector("noscript"); }
    if (each) later(more); else document.documentElement.dataset.whole = "yes";
  };
  document.addEventListener("toggle", (event) => setIn(event.target), true);
  addEventListener("load", () => later(more));

  // What a link names is opened, also when the same link is used again.
  const arrive = () => {
    const name = location.hash.slice(1);
    if (name && !document.getElementById(name)) setIn(document);
    const target = document.getElementById(name);
    if (!target) return;
    if (target.closest("details")) setIn(target.closest("details"));
    for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
    target.scrollIntoView();
    target.closest("details")?.querySelector("summary").focus({ preventScroll: true });
  };
  addEventListener("hashchange", arrive);
  document.addEventListener("click", (event) => {
    if (event.target.closest('a[href^="#"]')) setTimeout(arrive);
  });
  addEventListener("load", () => setTimeout(arrive));  // after the browser has gone there, which takes the focus away

  // Paper shows everything; what was closed closes again.
  let closed = [];
  addEventListener("beforeprint", () => {
    setIn(document);
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of closed) each.open = false; });

  const table = document.querySelector("table.answers"), find = document.getElementById("find");
  if (!table || !find) return;
  const groups = [...table.tBodies], rows = [...table.querySelectorAll("tr[data-verdict]")];
  const said = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const choices = ["theme", "verdict", "strength"], told = find.querySelector("[role=status]");
  const show = () => {
    const words = find.elements.words.value.toLowerCase().split(/\s+/);
    let many = 0;
    for (const row of rows) {
      const chosen = choices.every((name) => !find.elements[name].value || row.dataset[name] === find.elements[name].value);
      row.hidden = !(chosen && words.every((word) => said.get(row).includes(word)));
      many += !row.hidden;
    }
    for (const group of groups) group.hidden = ![...group.rows].some((row) => row.dataset.verdict && !row.hidden);
    told.textContent = `${many} of ${rows.length} shown`;
  };
  find.addEventListener("input", show);
  find.addEventListener("submit", (event) => event.preventDefault());
  find.addEventListener("reset", () => setTimeout(show));
  find.hidden = false;
  show();

  const heads = [...table.tHead.rows[0].cells];
  const sort = (head) => {
    const down = head.getAttribute("aria-sort") === "ascending", at = heads.indexOf(head);
    for (const each of heads) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rank = (row) => Number(row.cells[at].dataset.rank), order = (row) => Number(row.cells[0].dataset.rank);
    for (const group of groups) {
      const own = [...group.rows].filter((row) => row.dataset.verdict);
      own.sort((a, b) => (down ? rank(b) - rank(a) : rank(a) - rank(b)) || order(a) - order(b));
      group.append(...own);
    }
  };
  for (const head of heads.filter((each) => each.hasAttribute("data-sorts"))) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(head));
    head.replaceChildren(button);
  }
  table.classList.add("live");
})();
