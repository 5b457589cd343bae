/** A picture that the server has drawn as SVG; as an image it can do nothing but be seen. */
export function SvgPicture({
  svg,
  label,
  className,
}: {
  svg: string;
  label: string;
  className?: string;
}) {
  return (
    <img
      src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(withNamespace(svg))}`}
      alt={label}
      className={className}
    />
  );
}

/** SVG that was meant for the middle of a page lacks what an image needs. */
export function withNamespace(svg: string): string {
  return /^<svg[^>]*\sxmlns=/.test(svg)
    ? svg
    : svg.replace(/^<svg/, '<svg xmlns="http://www.w3.org/2000/svg"');
}
