// A text as people read it: the browser's half of rag/text/reading.py.
//
// Every character of the file stays in the element, so that offsets and textContent are the file's; what is not to be read
// is in elements that show it otherwise. Single line breaks are spaces, since white space is collapsed by the style sheet.

const UNSPACED = '\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef'; // scripts that set no words apart
const READING = new RegExp(
  '(?<gap>\\s*\\n[^\\S\\n]*\\n\\s*)|(?<line>[^\\S\\n]*\\n[^\\S\\n]*(?=[•‣▪◦]\\s))'
  + `|(?<nothing>\\u00a0(?=[ \\t\\u00a0])|(?<=[ \\t])\\u00a0|(?<=[${UNSPACED}])[^\\S\\n]*\\n[^\\S\\n]*(?=[${UNSPACED}])|(?<=[\\p{L}\\p{N}]-)\\n[^\\S\\n]*(?=[\\p{L}\\p{N}]))`
  + '|\\\\(?=(?<escaped>[!-/:-@\\[-`{-~]))', 'gu');

// [[kind, start, end]] in UTF-16 units: what is shown otherwise than it stands. `escaped` is the backslash alone.
function unread(text) {
  const found = [];
  let after = 0; // an escaped backslash escapes nothing itself
  for (const match of text.matchAll(READING)) {
    if (match.index < after) continue;
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    found.push([kind, match.index, match.index + match[0].length]);
    if (kind === 'escaped') after = match.index + 2;
  }
  return found;
}

// The nodes that show text[from, to) of a text, whose `marks` are its unread ranges.
function readable(text, marks, from = 0, to = text.length) {
  const nodes = [];
  let at = from;
  for (const [kind, start, end] of marks) {
    const [first, last] = [Math.max(start, from), Math.min(end, to)];
    if (first >= last) continue;
    if (first > at) nodes.push(document.createTextNode(text.slice(at, first)));
    nodes.push(make('span', `or-${kind}`, text.slice(first, last)));
    at = last;
  }
  if (to > at) nodes.push(document.createTextNode(text.slice(at, to)));
  return nodes;
}

// The same as a string: what is copied.
function asRead(text) {
  const shown = { gap: '\n\n', line: '\n', nothing: '', escaped: '' };
  let out = '', at = 0;
  for (const [kind, start, end] of unread(text)) {
    out += text.slice(at, start).replace(/\s*\n\s*|[ \t]{2,}/g, ' ') + shown[kind];
    at = end;
  }
  return (out + text.slice(at).replace(/\s*\n\s*|[ \t]{2,}/g, ' ')).trim();
}
const onOneLine = (text) => asRead(text).split(/\s+/).join(' ');
