import { paint, type Style } from "./style.ts";
import { cut, pad, textWidth } from "./text-width.ts";

export type Column = {
  readonly title: string;
  readonly align: "left" | "right";
  /** Kept whole as long as other columns can give way: what a reader copies. */
  readonly whole?: boolean;
};

/** Text without control characters, and the style of all of it. */
export type Cell = { readonly text: string; readonly style?: Style | undefined };

/** How wide the output may be (Infinity when it is no terminal), and whether it has colour. */
export type Canvas = { readonly width: number; readonly colour: boolean };

export type AlignedColumns = {
  readonly header: string;
  /** A line under the header. */
  readonly rule: string;
  /** One line a row, in order. */
  readonly lines: readonly string[];
};

/** Aligns cells in columns, each as wide as its widest cell, cut where the line would not fit. */
export function alignColumns(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  canvas: Canvas,
): AlignedColumns {
  const natural = columns.map((column, index) =>
    rows.reduce(
      (widest, row) => Math.max(widest, textWidth(row[index]?.text ?? "")),
      textWidth(column.title),
    ),
  );
  const widths = fitWidths(columns, natural, canvas.width);
  const line = (cells: readonly Cell[]) => alignLine(columns, widths, cells, canvas.colour);
  return {
    header: line(columns.map((column) => ({ text: column.title, style: "bold" }))),
    rule: line(widths.map((width) => ({ text: "─".repeat(width), style: "dim" }))),
    lines: rows.map(line),
  };
}

const gap = 2;
const leastWidth = 3;

/** Beside columns that are kept whole, a column cut below this says nothing. */
const leastBesideWhole = 8;

function alignLine(
  columns: readonly Column[],
  widths: readonly number[],
  cells: readonly Cell[],
  colour: boolean,
): string {
  const shown = widths.map((width, index) => {
    const cell = cells[index] ?? { text: "" };
    const column = columns[index];
    const text = cut(cell.text, width);
    // Spaces at the end of a line serve nobody.
    const last = index === widths.length - 1;
    const padded =
      last && column?.align === "left" ? text : pad(text, width, column?.align ?? "left");
    return cell.style === undefined ? padded : paint(cell.style, padded, colour);
  });
  return shown.join(" ".repeat(gap)).trimEnd();
}

/**
 * Widths that fit, for as many columns as have room. The widest give way first, those kept whole
 * last; a column at the end goes rather than that a whole one is cut.
 */
function fitWidths(
  columns: readonly Column[],
  natural: readonly number[],
  width: number,
): readonly number[] {
  const shown = Math.max(Math.floor((width + gap) / (leastWidth + gap)), 1);
  if (natural.length > shown) return fitWidths(columns, natural.slice(0, shown), width);

  const room = width - gap * (natural.length - 1);
  const isWhole = (_: number, index: number) => columns[index]?.whole === true;
  const others = natural.filter((w, index) => !isWhole(w, index));
  const spare = room - sum(natural.filter(isWhole));
  const needed = sum(others.map((w) => Math.min(w, leastBesideWhole)));
  if (others.length === natural.length || spare < needed) {
    const last = natural.length - 1;
    if (others.length < natural.length && columns[last]?.whole !== true) {
      return fitWidths(columns, natural.slice(0, last), width);
    }
    const cap = widestThatFits(natural, room);
    return natural.map((w) => Math.min(w, cap));
  }
  const cap = widestThatFits(others, spare);
  return natural.map((w, index) => (isWhole(w, index) ? w : Math.min(w, cap)));
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}

/** The greatest width that every column may have so that together they fit. */
function widestThatFits(natural: readonly number[], room: number): number {
  let left = room;
  const rising = natural.toSorted((a, b) => a - b);
  for (const [index, width] of rising.entries()) {
    const share = left / (rising.length - index);
    if (width > share) return Math.floor(share);
    left -= width;
  }
  return Number.POSITIVE_INFINITY;
}
