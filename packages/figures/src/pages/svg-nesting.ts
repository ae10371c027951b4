// Puts SVG documents side by side into one, as vectors: the canvas itself would turn an SVG drawn on another into
// pixels.

/** A document and the place of its upper left corner. */
export interface SvgPart {
  readonly svg: string;
  readonly x: number;
  readonly y: number;
}

/** One document of the given size with `parts` inside; their ids are kept apart. */
export function nestSvg(parts: readonly SvgPart[], width: number, height: number): string {
  const inner = parts.map(({ svg, x, y }, i) =>
    withOwnIds(svg, `panel${i}-`)
      .replace(/^<\?xml[^>]*\?>\s*/, '')
      .replace('<svg ', `<svg x="${x}" y="${y}" `),
  );
  const root = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`;
  const paper = `<rect width="${width}" height="${height}" fill="white"/>`;
  return ['<?xml version="1.0" encoding="utf-8" ?>', root, paper, ...inner, '</svg>', ''].join('\n');
}

/**
 * Renumbers a document's ids: the canvas continues its numbers from drawing to drawing, so equal drawings would differ.
 */
export function withOwnIds(svg: string, prefix: string): string {
  const places = new Map<string, number>();
  return svg.replace(/( id="|url\(#|href="#)([\w-]+)/g, (_, before: string, id: string) => {
    if (!places.has(id)) places.set(id, places.size);
    return `${before}${prefix}${places.get(id)}`;
  });
}
