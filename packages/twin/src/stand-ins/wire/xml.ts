/**
 * Writes the small XML of the AWS Query protocol.
 * Invariant: the output is well formed whatever the text holds. It does not read XML.
 */

/** An object is its elements in order, an array repeats the element that holds it, undefined writes nothing. */
export type XmlContent = string | number | boolean | undefined | readonly XmlContent[] | { readonly [name: string]: XmlContent };

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };

/** Control characters have no place in XML 1.0, not even escaped. */
// oxlint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const escape = (text: string): string => text.replace(forbidden, '\ufffd').replace(/[&<>"\r]/g, (character) => entities[character]!);

const isList = (content: XmlContent): content is readonly XmlContent[] => Array.isArray(content);

const element = (name: string, content: XmlContent, attributes = ''): string => {
  if (content === undefined) return '';
  if (isList(content)) return content.map((one) => element(name, one)).join('');
  const inner =
    typeof content === 'object'
      ? Object.entries(content)
          .map(([child, value]) => element(child, value))
          .join('')
      : escape(String(content));
  return `<${name}${attributes}>${inner}</${name}>`;
};

/** The document of one root element. */
export const renderXml = (document: XmlContent, xmlNamespace: string): string =>
  `<?xml version="1.0"?>\n${Object.entries(document as Record<string, XmlContent>)
    .map(([name, content]) => element(name, content, ` xmlns="${xmlNamespace}"`))
    .join('')}`;
