/** A piece of SVG: what is not markup has been escaped. */
export type Svg = string;

export type Box = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

export const colours = {
  page: "#f4f5f7",
  card: "#ffffff",
  edge: "#d5dae0",
  text: "#1c232b",
  quiet: "#66717f",
  series: ["#1f77b4", "#2ca02c", "#9467bd", "#8c564b", "#17becf", "#bcbd22", "#7f7f7f", "#e377c2"],
} as const;

export function text(
  x: number,
  y: number,
  content: string,
  options: { readonly size?: number; readonly colour?: string; readonly end?: boolean } = {},
): Svg {
  const { size = 11, colour = colours.text, end = false } = options;
  const anchor = end ? ' text-anchor="end"' : "";
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${colour}"${anchor}>${escapeXml(content)}</text>`;
}

export function rectangle({ x, y, width, height }: Box, fill: string, edge?: string): Svg {
  const stroke = edge === undefined ? "" : ` stroke="${edge}"`;
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="3" fill="${fill}"${stroke}/>`;
}

export function line(
  points: readonly (readonly [x: number, y: number])[],
  colour: string,
  options: { readonly dashed?: boolean; readonly width?: number } = {},
): Svg {
  const dash = options.dashed === true ? ' stroke-dasharray="5 4"' : "";
  const path = points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="${options.width ?? 1.5}"${dash}/>`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
