/**
 * Runs in a browser's page and answers with what there is to see: what overflows, which text is
 * pale (contrast as WCAG reckons it, 4.5 for text), which figures are there, the smallest letters.
 */
(() => {
  const parse = (text) => {
    const [r, g, b, a = "1"] = text.match(/[\d.]+/g) ?? [];
    if (r === undefined || g === undefined || b === undefined || Number(a) === 0) return undefined;
    return [Number(r), Number(g), Number(b)];
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
  };
  const contrast = (a, b) => {
    const [bright = 0, dark = 0] = [light(a), light(b)].sort((x, y) => y - x);
    return (bright + 0.05) / (dark + 0.05);
  };
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour !== undefined) return colour;
    }
    return [255, 255, 255];
  };
  const visible = [...document.querySelectorAll("body *")].filter(
    (element) => element.getClientRects().length > 0,
  );
  const texts = visible.filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim() !== ""),
  );
  const pale = texts.flatMap((element) => {
    const style = getComputedStyle(element);
    const drawn = element instanceof SVGElement;
    const colour = parse(drawn ? style.fill : style.color);
    const against = behind(element);
    if (colour === undefined || contrast(colour, against) >= 4.5) return [];
    return [`${element.textContent} ${colour} on ${against}`];
  });
  const drawings = [...document.querySelectorAll("figure svg")].filter(
    (svg) => svg.getClientRects().length > 0,
  );
  const scaled = drawings.flatMap((svg) => {
    const ownWidth = Number(svg.getAttribute("viewBox")?.split(" ")[2]);
    const scale = svg.getBoundingClientRect().width / ownWidth;
    return [...svg.querySelectorAll("text")].map(
      (text) => Number.parseFloat(getComputedStyle(text).fontSize) * scale,
    );
  });
  const figures = [...document.querySelectorAll("figure")];
  return {
    width: document.documentElement.scrollWidth,
    overflowing: visible
      .filter((element) => element.closest(".scroll, svg") === null)
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
      .map((element) => element.outerHTML.slice(0, 80)),
    figures: figures.map((figure) => figure.querySelector("h3")?.textContent),
    emptyFigures: figures
      .filter((figure) =>
        [...figure.querySelectorAll("svg")]
          .filter((svg) => svg.getClientRects().length > 0)
          .every((svg) => svg.querySelectorAll("path").length < 8),
      )
      .map((figure) => figure.getAttribute("aria-label")),
    pale,
    smallest: Math.min(...scaled),
    headlineBottom: document.querySelector("h1")?.getBoundingClientRect().bottom ?? 0,
  };
})();
