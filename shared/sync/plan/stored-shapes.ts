import { dataEpoch, pacificDateAt } from "../../request/pacific-date.ts";
import { type Report, shapeKey } from "../../request/report.ts";
import type { RowStore } from "../../rows/row-store.ts";

/**
 * Reports whose id holds rows of another shape, one line each. Under one id stand rows of one shape:
 * a day by page beside a day by page and query would add up to nothing. So a changed report is
 * refused, forced or not, until it has an id of its own; what is stored stays under the old one.
 */
export async function storedShapeFaults(
  request: {
    readonly siteUrl: string;
    readonly reports: readonly string[];
    readonly definitions?: readonly Report[];
  },
  rows: Pick<RowStore, "readUnits">,
  nowMs: number,
): Promise<readonly string[]> {
  const definitions = (request.definitions ?? []).filter(({ id }) => request.reports.includes(id));
  if (definitions.length === 0) return [];
  const units = await rows.readUnits({
    siteUrl: request.siteUrl,
    from: dataEpoch,
    to: pacificDateAt(nowMs),
    reports: definitions.map(({ id }) => id),
  });
  return definitions.flatMap((report) => {
    const other = units.find(
      ({ report: id, shape }) =>
        id === report.id && shape !== undefined && shapeKey(shape) !== shapeKey(report),
    );
    if (other === undefined) return [];
    return [
      `report ${report.id} is stored in another shape (${other.date} and perhaps other days): give the changed report another id`,
    ];
  });
}
